"""What Masthead costs, measured as ratios of things that ran in turn on the same core."""
