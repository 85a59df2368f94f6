"""What the supervision office keeps: discipline checks, problems, supervised matters, scores from above, appeals."""
