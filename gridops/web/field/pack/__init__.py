"""What the field app keeps on the phone: `GET /field/pack/<part>`, JSON for the person who is signed in.

Answers carry `ETag` (ask again with `If-None-Match`: 304 when nothing changed), `Cache-Control: private, no-cache`,
`X-Gridops-User` (id of the user) and `X-Gridops-Now` (our clock, ISO UTC), 304 too. Nobody signed in: 401
`application/problem+json`; another role, or a password that must change: 403; an unknown part: 404. Not a part of the
public contract: the app and the server change together (`me.app.version`). `?language=zh|en`: of the sentences,
where it is not that of the session.

Everywhere: times are ISO 8601 in UTC (`2026-11-29T13:40:00Z`) or null; what is not there is null, never left out; words
of the contract stand for themselves (`checking`, `police_station`), `name` beside them is in the reader's language (of
categories both are given); places are WGS-84 degrees; rows are those the person sees (`people.rules`), never more: also
of neighbouring grids. `more: true` says that a list was cut at its bound.

    grid     {id, code, name, path}                  path: names from below the root, "盘龙社区 盘龙01网格"
    photo    {id, sha256, mime, role, taken_at, thumb, full}   thumb, full: addresses (320 px, 1280 px)
    unit     {id, code, name, phone}                 phone: of the office, or null
    member   {id, name, agency, certified (null: nobody knows), leads, checked_in_at, checked_out_at, me,
              officer (how `officers` of a record names them)}   of squads I am on, so in full

me          {user_id, viewing (until when an admin looks as this person, and records nothing; or null), name, username,
             staff_no (what watermarks say: the staff number, else the user name), language, roles [..],
             may {report, self_handle, inspect (核实, 核查), handle, go_out (outings, rounds), plan,
                  watch (明察暗访), answer (problem items)},
             unit, units [unit: my own and those for which I handle], grids [grid: as my roles are held, largest first],
             root {id, code, name, lon, lat}, csrf (for `X-CSRFToken`), app {version},
             limits {photo_max_bytes, film_max_bytes, attachments}, keep_days, nearest_grid_within_m}
grids       {grids [grid + {level, depth, parent (code), mine, geometry (GeoJSON Polygon | MultiPolygon)}], more,
             whole (these are all there are: what lies outside of them lies outside of the jurisdiction),
             known_points [{name, lon, lat, kind: "premises", id}]}
            the lowest grids where I work (mine), and those within 300 m; geometry is never simplified (6 places).
            Rule for a border: of several that hold a point the one with the smallest code.
categories  {list, kinds [{value, name}], classes [{kind, code, name, name_en, categories [{value ("event/0110"), kind,
             code, name, name_en, initials ("bllj"), pinyin ("bao lu la ji"), photos_required}]}],
             recent [value: what I reported last], usual [24 lists of at most 6 values: most reported in my grids at
             that local hour within 90 days, most first]}
tasks       {tasks [{kind (verify|check|handle), number, record (uuid of the report, or null), state, version,
             category (value), category_name, category_name_en, address, lon, lat, grid, reported_at,
             asked [sentence: what its filing condition asks of this answer], photos (how many it needs),
             at_hour (local hour at which it was seen), due_at (null: no clock runs), due_name, words (said with its
             last move), note (the reporter's own), mine (I reported it), before [photo], after [photo],
             unit (in charge, or null), leader {name, phone} | null, may [move: receive, feedback, return,
             ask_extension, verify, check_passed, check_failed]}],
             rechecks [recheck], more}
            recheck {visit (id), premises (id), name, address, lon, lat, grid | null, round (number or null),
             order {kind, number}, visited_at, due_at, findings [{id, text, severity}]}
cases       {cases [{number, record, category, category_name, category_name_en, state, lon, lat, grid (code), address,
             reported_at, due_at, thumb (address or null), mine}], more}
            open ones in those grids that I see; nearest due first
reports     {reports [{number, state, state_name, category_name, category_name_en, address, reported_at}]}
            mine, the newest first, 60 at most; ended ones too.
case/<number>  {number, record, state, state_name, version, category, category_name, category_name_en, note, address,
             lon, lat, grid, source_name, reported_at, due_at, due_name, case_due_at (where due_at is the unit's),
             clock [sentence], closing_condition, asked [sentence], closings [{id, words}] (where I may close), unit,
             helpers [{name, told (its result)}] (会办),
             before [photo], after [photo], check [photo], timeline [{name, at, who, words,
             facts [sentence], lay_s}], may [move]}
            one case that I see, asked for when it is opened. POST /field/pack/case/<number>/<receive | return |
            ask_extension | close | help_done | help_return> `{version, …fields of the move}` takes a step:
            {number, state, version}.
outings     {agencies [{value, name}], tallies [{value, name, classifier}],
             incidents [{kind, name, taking, agencies [who may do it; empty: any], officers (how many at least),
                  fields [{field, required, says [sentence with its article; of what is missing first]}],
                  term {days, unit (calendar_day | working_day), says, latest {day it happens: last day}} | null}],
             bases [{text, matter}], self {agency, certified, officer},
             campaigns [{code, name, aim, agencies [..], categories [..], grid | null, valid_from, valid_to}],
             outings [{number, record, state (planned|open|ended), campaign {code, name}, grid | null, agencies [..],
                  planned_for, started_at, ended_at, summary, leads, checked_in, squad [member], code, join (both only
                  where I lead), sums {persuaded, tidied, cleared, leaflets}, counted [my records among the sums],
                  may {start, end, cancel, count},
                  incidents [{id, record, kind, agency, happened_at, decision_no, items, deadline}],
                  handovers [{id, record, from_agency, to_agency, what, receiver, at}]}]}
             join, what the leader's QR says: `<origin>/field#/join/outing/<ref>/<code>` (`round` for rounds); ref: uuid
             of the record that began it, else its number. A phone that begins one offline makes `code` itself
             (16 to 40 of a-z 0-9 _; typed in any case and in groups), sends it in the `start` of the body, and draws
             the same text.
rounds      {visit_kinds, order_kinds, signed, severities [{value, name}], finding_categories [{code, name, name_en}],
             checklists [{id, code, name, theme, premises_kind (null: any), items [{id, text, severity, category}]}],
             themes [..], orders_need (what only an inspection may leave, as a sentence),
             rounds [{number, record, state, theme, groups, inspection (approved), approval, fault (why a visit now is
                  no 行政检查; null: it may be), planned_for, started_at, ended_at, leads, checked_in, squad [member],
                  code, join, grids [grid + {checked_at}], plan [{id, name, address, kind, risk}],
                  visits [{id, record, premises (id), name, visited_at, kind, complete, recheck, findings, order}],
                  may {start, end, cancel, visit}}],
             rechecks [recheck]}
premises    {kinds [{value, name}], risks [{value, name}], more, premises [{id, label ("CS000123"), name, credit_code,
             kind, risk, lon, lat, address, grid (code), qr (what its QR says: `<origin>/field/premises/<id>`),
             open [{id, text, severity, due_at}], visits_this_year (行政检查), last_visited_at}]}
supervision {may_check, units [{code, name, level, parent (code)}], more,
             problems [{number, unit {code, name}, fact, at, due_at, overdue, state}]}
phones      {units [unit + {why (mine|parent|desk)}], people [{name, role, role_name, unit, phone}]}
             people: shift leaders and leaders of where I work; handing them out is a line of the audit trail.

`GET /field/words/<language>.json` (nobody needs to sign in): {sentence: English}, the sentences of static/field.
"""
