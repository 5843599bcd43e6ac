"""What an interaction is: plain data and rules. No I/O, no framework, no SQL."""
