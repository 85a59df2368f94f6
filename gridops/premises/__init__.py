"""Enterprises, sites, shops, markets: who they are, where, and their record."""
