"""Who was out together: members of several agencies, check-ins, track."""
