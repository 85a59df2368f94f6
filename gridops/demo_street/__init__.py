"""The demo street: a made-up year of 龙虎塘街道."""
