"""12345 orders: the hotline's own number and clock beside a case, 联系/答复/回访, and the three rates."""
