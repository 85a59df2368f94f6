"""`/ca.crt`: phones that try the program on a local network fetch the authority of `gridops cert` here."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, send_file

from config import Config
from gridops.core.errors import NotFound
from gridops.web.guards import public

pages = Blueprint("trial", __name__)


@pages.get("/ca.crt")
@public
def authority() -> Response:
    """The authority's certificate, which is no secret; only where the program is served with its certificate."""
    settings: Config = current_app.config["GRIDOPS"]
    path = settings.cert_dir / "ca.crt"
    if not (settings.trial_tls and path.is_file()):
        raise NotFound("没有这个页面")
    return send_file(path, "application/x-x509-ca-cert", as_attachment=True, download_name="gridops-ca.crt")
