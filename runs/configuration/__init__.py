"""Configuration: text → checked, merged, frozen. Knows no ORM and no request."""
