"""The editing API: sites and entries, with lost updates made impossible.

An entry's ETag is made from its digest. A change names the ETag it was made on, and is refused
with 412 when somebody else was faster; the store checks the digest once more in the transaction.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Response, g, request

from faqlib import (
    FAQ,
    Entry,
    EntryNotFound,
    EntrySchema,
    Site,
    SiteNotFound,
    SiteSchema,
    dump_site,
)
from widget_server.admin_shapes import (
    MAKES,
    REPLACES,
    SECURED,
    EntryAt,
    EntryList,
    EntryQuery,
    History,
    NewEntry,
    RestoreBody,
    SiteList,
    SiteSettings,
    StatusBody,
)
from widget_server.auth import actor, allow, require_token
from widget_server.errors import fail
from widget_server.openapi import operation, routes
from widget_server.respond import PRIVATE
from widget_server.state import server, visit
from widget_server.tokens import Token

admin = routes("admin", "/api/v1/admin", "For editors: needs a bearer token.")
READ = (401, 404, 429, 503)
WRITE = (400, 401, 403, 404, 413, 415, 422, 429, 503)
_MARKED = re.compile(r'(?:W/)?"([0-9a-f]{40})(?:[-;:][a-z]{2,7})?"')
_OTHER_ID = "The id in the body is not the one in the address."


def check_token() -> None:
    """Nothing here is for those without a token."""
    token: Token = require_token()
    if held := request.headers.get("If-Match"):
        # Proxies that compress answers mark their ETags; what they name is the same state.
        request.environ["HTTP_IF_MATCH"] = _MARKED.sub(r'"\1"', held)
    site = (request.view_args or {}).get("site")
    if site is not None:
        allow(site, write=request.method not in ("GET", "HEAD", "OPTIONS"))
        if request.endpoint not in ("admin.put_site", "admin.delete_site"):
            visit(site)
    elif not token.covers("*") and request.method != "GET":
        allow(None, write=True)


def keep_private(response: Response) -> Response:
    """No cache between an editor and the truth."""
    response.headers["Cache-Control"] = PRIVATE
    response.headers.add("Vary", "Authorization")
    return response


admin.before_request(check_token)
admin.after_request(keep_private)


@operation(admin, "GET", "/sites", answer=SiteList, dump=True, failures=READ, doc=SECURED)
def list_sites() -> dict[str, Any]:
    """The sites that the token covers, with all their settings."""
    return {"sites": [dump_site(s) for s in server().clinics.sites() if g.token.covers(s.id)]}


@operation(
    admin, "GET", "/sites/<site>", answer=SiteSchema, dump=True, etag=True,
    failures=READ, doc=SECURED,
)  # fmt: skip
def get_site(site: str) -> Site:
    """A site's settings."""
    found = server().clinics.site(site)
    admin.set_etag(found.digest)
    return found


@operation(
    admin, "PUT", "/sites/<site>", body=SiteSettings(partial=("id",)), answer=SiteSchema,
    dump=True, failures=(*WRITE, 412, 428), doc=REPLACES,
)  # fmt: skip
def put_site(data: Site, site: str) -> tuple[Site, int, dict[str, str]]:
    """Make a site, or replace its settings: all of them, what is left out is at its default.

    A token of one site cannot make another. The id may stand in the body too, if it is that of
    the address.
    """
    if data.id != site:
        fail(422, _OTHER_ID, {"id": [f"is not {site}."]})
    insecure = data.webhook and not data.webhook.startswith("https://")
    if insecure and not server().settings.webhook_private:
        fail(422, "A webhook has to be an https address.", {"webhook": ["is no https address."]})
    seen = _seen(site)
    server().clinics.store.save_site(data, expect=seen)
    headers = {"ETag": f'"{admin.make_etag(data.digest)}"'}
    if seen != "absent":
        return data, 200, headers
    return data, 201, headers | {"Location": request.script_root + request.path}


@operation(
    admin, "DELETE", "/sites/<site>", status=204, failures=WRITE, doc=SECURED
)  # fmt: skip
def delete_site(site: str) -> Response:
    """Remove a site with all that is in it, what visitors sent too, and end its tokens.

    Needs a token for all sites.
    """
    allow(None, write=True)
    here = server()
    here.clinics.store.delete_site(site)
    here.clinics.forget(site)
    here.records.forget(site)
    return Response(status=204)


@operation(
    admin, "GET", "/sites/<site>/entries", query=EntryQuery, answer=EntryList, dump=True,
    failures=(*READ, 422), doc=SECURED,
)  # fmt: skip
def list_entries(site: str, args: dict[str, Any]) -> dict[str, Any]:
    """All entries, drafts too, in listing order."""
    found = _faq(site).entries(args["status"])
    start = args["offset"]
    return {"total": len(found), "entries": found[start : start + args["limit"]]}


@operation(
    admin, "POST", "/sites/<site>/entries", body=NewEntry, answer=EntrySchema, status=201,
    dump=True, etag=True, failures=(*WRITE, 409), doc=MAKES,
)  # fmt: skip
def add_entry(data: Entry, site: str) -> tuple[Entry, int, dict[str, str]]:
    """Add an entry; its id is made from the question unless given."""
    made = _faq(site).add(data, actor=actor())
    admin.set_etag(made.digest)
    address = f"{request.script_root}{request.path}/{quote(made.id, safe='')}"
    return made, 201, {"Location": address}


@operation(
    admin, "GET", "/sites/<site>/entries/<anything:entry_id>", answer=EntrySchema, dump=True,
    etag=True, failures=READ, doc=SECURED,
)  # fmt: skip
def get_entry(site: str, entry_id: str) -> Entry:
    """One entry, whatever its status."""
    found = _faq(site)[entry_id]
    admin.set_etag(found.digest)
    return found


@operation(
    admin, "PUT", "/sites/<site>/entries/<anything:entry_id>", body=EntryAt(partial=("id",)),
    answer=EntrySchema, dump=True, etag=True, failures=WRITE, doc=SECURED,
)  # fmt: skip
def put_entry(data: Entry, site: str, entry_id: str) -> Entry:
    """Replace an entry. The id may stand in the body too, if it is that of the address."""
    faq = _faq(site)
    current = _checked(faq, entry_id)
    if data.id != entry_id:
        message = f"is not {entry_id}: to rename an entry, add it under the new id, and delete it."
        fail(422, _OTHER_ID, {"id": [message]})
    made = faq.update(data, expect=current.digest, actor=actor())
    admin.set_etag(made.digest)
    return made


@operation(
    admin, "PATCH", "/sites/<site>/entries/<anything:entry_id>", body=StatusBody,
    answer=EntrySchema, dump=True, etag=True, failures=WRITE, doc=SECURED,
)  # fmt: skip
def set_status(data: dict[str, Any], site: str, entry_id: str) -> Entry:
    """Publish an entry, take it back to a draft, or archive it."""
    faq = _faq(site)
    current = _checked(faq, entry_id)
    changed = current.replace(status=data["status"])
    made = faq.update(changed, expect=current.digest, actor=actor())
    admin.set_etag(made.digest)
    return made


@operation(
    admin, "DELETE", "/sites/<site>/entries/<anything:entry_id>", status=204, etag=True,
    failures=WRITE, doc=SECURED,
)  # fmt: skip
def delete_entry(site: str, entry_id: str) -> Response:
    """Delete an entry; its history stays, and it can be restored."""
    faq = _faq(site)
    current = _checked(faq, entry_id)
    faq.remove(entry_id, expect=current.digest, actor=actor())
    return Response(status=204)


@operation(
    admin, "GET", "/sites/<site>/history/<anything:entry_id>", answer=History, dump=True,
    failures=READ, doc=SECURED,
)  # fmt: skip
def entry_history(site: str, entry_id: str) -> dict[str, Any]:
    """Every version of an entry, also of a deleted one."""
    versions = _faq(site).history(entry_id)
    if not versions:
        raise EntryNotFound(entry_id, site)
    return {"versions": versions}


@operation(
    admin, "POST", "/sites/<site>/restore/<anything:entry_id>", body=RestoreBody,
    answer=EntrySchema, dump=True, etag=True, failures=WRITE, doc=SECURED,
)  # fmt: skip
def restore_entry(data: dict[str, Any], site: str, entry_id: str) -> Entry:
    """Make a past version of an entry the present one, also after it was deleted."""
    try:
        made = _faq(site).restore(entry_id, data["number"], actor=actor())
    except EntryNotFound:
        fail(404, "There is no such version of this entry to bring back: see its history.")
    admin.set_etag(made.digest)
    return made


def _seen(site: str) -> str:
    """The digest of the settings that the editor saw; ``"absent"`` where there is no site yet."""
    try:
        held = server().clinics.site(site)
    except SiteNotFound:
        if request.if_match:
            fail(412, "There is no such site yet: send no If-Match to make it.")
        return "absent"
    if not request.if_match:
        fail(428, "The site is there: send the ETag of its settings as If-Match to replace them.")
    admin.check_etag(held.digest)
    return held.digest


def _faq(site: str) -> FAQ:
    return server().clinics.faq(site)


def _checked(faq: FAQ, entry_id: str) -> Entry:
    """The entry as it is now, if that is what the editor saw."""
    current = faq[entry_id]
    admin.check_etag(current.digest)
    return current
