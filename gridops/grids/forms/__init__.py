"""What may be handed in as a territory: GeoJSON (`geojson`), and by pyogrio what other programs write (`vector`)."""

from gridops.grids.forms.geojson import Handed, Options, options, read
from gridops.grids.forms.vector import read_file

__all__ = ["Handed", "Options", "options", "read", "read_file"]
