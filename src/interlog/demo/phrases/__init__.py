"""The sentences of the demo world, by who talks with whom. Words in braces are slots, see ``..facts``."""
