"""New objects in Stripe's shape: what each field is when nothing is said about it.

Fields that begin with an underscore are the sandbox's own and never leave it.
"""
