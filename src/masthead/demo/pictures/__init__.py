"""The demonstration newspaper's own drawings: relief prints, cut and inked by code."""
