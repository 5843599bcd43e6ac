"""The Polis protocol: visits at the door, and what they refer to."""
