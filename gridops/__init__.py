"""The map of the house: rooms hold the domain, three thin doors open onto them. Import downward only.

    config.py          all settings, read from the environment once, checked at start
    celery_worker.py   config -> Celery app
    app                create_app(config): the only place where things are plugged together
    cli                the `gridops` command (starts web and workers by name, never imports app)
    web/    DOOR       pages for phone, desk, bulletin office, admin; templates live here
    api/    DOOR       JSON and GeoJSON for phones and other systems; turns domain errors into answers
    tasks/  DOOR       Celery: one short function per job; schedule.py holds the calendar and the queues
    demo_street/       the made-up street of the demo, played through the rooms' own verbs
    tables             every room's models imported once, for migrations and workers
    bulletins/         the document of a period: draft, review, approve, issue, correct
    assessment/        what problems from above cost in points, what is reported beforehand (never money)
    figures/           WHAT EACH FIGURE MEANS; running totals per (grid, day); frozen sets; recount
    intake/            the one gate for phone records, imports and exports: named by the phone, taken once
    supervision/       discipline checks, problem items, supervised matters, scores from above, appeals
    penalties/         decisions, payment, surcharge, revocation; the legal guard
    hotline/           12345: its own number and clock beside a case, 联系/答复/回访, the three rates
    cases/             life of a case: file, dispatch, hand back, extend, check, close; deadlines
    operations/        joint enforcement: campaigns, outings, incidents, tallies, hand-overs
    evidence/          photos and files: hash, place, time, custody; content once, one link per use
    notices/        who is told what by web hook, and was it sent
    people/            units, users, roles, certificates, who answers for what; who may do what, where
    catalogue/         versioned lists: categories, filing conditions, limits
    grids/             the territory: tree, boundaries with validity dates; which grid holds this point
    documents/         page model of an official paper (GB/T 9704) -> PDF, DOCX, HTML
    worktime/          working-day calendar, office hours, clock arithmetic
    audit/             append-only record of who did or read what
    core/              session, clock, periods, money, numbers, owed work, errors; knows no domain word

Inside a room: service (the verbs) > forms (what may be handed in) > queries (every select) > models > rules (pure).
"""
