"""`restante demo`: a team's whole day by mail, on this machine."""
