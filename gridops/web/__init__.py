"""DOOR: pages for phone, desk, bulletin office, admin; templates live here.

A page is a blueprint of its own file, named in BLUEPRINTS. Every view carries exactly one of `@public`, `@signed_in`,
`@needs(Role.X, …)` (guards.py), parses with a room's forms, opens one `transaction()` or `reading()`, answers.
"""

# "module:attribute", in the order of the navigation; gridops.app imports and registers them.
BLUEPRINTS: tuple[str, ...] = (
    "gridops.web.account:pages",
    "gridops.web.home:pages",
    "gridops.web.overview:pages",
    "gridops.web.admin.index:pages",
    "gridops.web.admin.people:pages",
    "gridops.web.admin.units:pages",
    "gridops.web.admin.duties:pages",
    "gridops.web.admin.categories:pages",
    "gridops.web.admin.calendar:pages",
    "gridops.web.admin.audit:pages",
    "gridops.web.bulletins.listing:pages",
    "gridops.web.bulletins.one:pages",
    "gridops.web.bulletins.life:pages",
    "gridops.web.bulletins.text:pages",
    "gridops.web.bulletins.numbers:pages",
    "gridops.web.bulletins.settings:pages",
    "gridops.web.bulletins.records:pages",
    "gridops.web.desk.queue:pages",
    "gridops.web.desk.case:pages",
    "gridops.web.desk.map:pages",
    "gridops.web.desk.intake:pages",
    "gridops.web.desk.judging:pages",
    "gridops.web.desk.rounds:pages",
    "gridops.web.desk.visits:pages",
    "gridops.web.desk.outings:pages",
    "gridops.web.desk.incidents:pages",
    "gridops.web.desk.campaigns:pages",
    "gridops.web.desk.penalties:pages",
    "gridops.web.field.home:pages",
    "gridops.web.field.report:pages",
    "gridops.web.field.cases:pages",
    "gridops.web.field.rounds:pages",
    "gridops.web.field.outings:pages",
    "gridops.web.health:pages",
)
