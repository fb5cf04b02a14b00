"""The pages that readers and those who try the site see: pay, confirm, and the desk with the clock."""
