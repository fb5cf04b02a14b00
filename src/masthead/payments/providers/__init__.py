"""The payment providers: one module each, behind one protocol, known by name."""
