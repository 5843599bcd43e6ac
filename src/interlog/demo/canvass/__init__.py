"""An invented canvass in Madison, Wisconsin: who lives where, who knocks at which doors, and what they are told."""

from .city import Household
from .residents import Resident
from .rounds import Knock, Walklist
from .world import Canvass, Canvasser

__all__ = ["Canvass", "Canvasser", "Household", "Knock", "Resident", "Walklist"]
