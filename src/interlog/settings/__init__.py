"""The settings: one typed record, filled from the command line, the environment and a TOML file, in this order.

Each is declared once, in ``declared.py``: the command line's options and the table in the docs are made from that.
"""

from .declared import Settings
from .described import SETTINGS, Setting
from .loading import default_config, default_database, files_folder, load

__all__ = ["SETTINGS", "Setting", "Settings", "default_config", "default_database", "files_folder", "load"]
