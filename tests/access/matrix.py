"""The access matrix, written by hand: who stands where, what that opens, and what every address asks for.

Four tables, from `docs/access.md`. Nothing here knows the gate or its list of roles: `answers.py` works out from these
tables what each person is to be answered, and the tests ask.
"""

# What a person may do, one word each.
WORDS = {
    "center": "see the center, its programs, rooms, closures, staff and groups",
    "places": "change programs, rooms and closures",
    "staff": "invite staff, assign roles, deactivate",
    "find": "find a patient by name or record number",
    "see": "see contact points, language, weekly availability and the care around a patient",
    "keep": "register, admit and discharge, keep contact points, leaves, tasks and care teams",
    "chart": "see birth date, level of care and clinical reasons",
    "sign": "sign clinical notes",
    "cosign": "countersign the notes of trainees",
    "calendar": "see sessions and who is expected in them",
    "plan": "move, withdraw and call off sessions; keep the weekly pattern",
    "record": "record who came, when and for how long",
    "roster": "enroll patients in groups and withdraw them; name who leads",
    "hours": "see weekly hours against the target",
    "sums": "see sums over many patients, never one of them",
    "sends": "see which reminders go when",
    "switch": "switch a center's reminders on and off",
    "bills": "see what billing needs",
    "log": "read the log; judge emergency accesses; confirm what service accounts may open",
}

# What a role opens on its center, and so on every patient of it.
ROLES = """
#word       counselor  supervisor  coordinator  billing  privacy_officer  director  administrator
center      x          x           x            x        x                x         x
places      .          .           .            .        .                .         x
staff       .          .           .            .        .                .         x
find        .          x           x            x        x                .         .
see         .          x           x            .        .                .         .
keep        .          x           x            .        .                .         .
chart       .          x           .            .        .                .         .
sign        .          x           .            .        .                .         .
cosign      .          x           .            .        .                .         .
calendar    .          x           x            x        .                .         .
plan        .          x           x            .        .                .         .
record      .          x           x            .        .                .         .
roster      .          x           x            .        .                .         .
hours       .          x           x            x        .                .         .
sums        .          x           .            .        .                x         .
sends       .          x           x            .        .                .         .
switch      .          .           x            .        .                .         .
bills       .          .           .            x        .                .         .
log         .          .           .            .        x                .         .
"""

# What belonging to a patient's care opens, on that patient alone; and, in the last columns, whether one sees the series
# of the patient's group, its session, the one a week later, everybody in the session, and records them; whether one
# sees the emergency access that stands for the patient; and whether a device is one's own.
RELATIONS = """
#                find see keep chart sign calendar record hours sends  series session later roll  glass device
team             x    x   x    x     x    x        x      x     x      x      x       x     .     .     .
trainee          x    x   x    x     .    x        x      x     x      x      x       x     .     .     .
lead             x    x   .    .     .    x        x      x     .      x      x       x     x     .     .
replaced         x    x   .    .     .    x        x      x     .      x      x       x     .     .     .
glass            x    x   .    x     .    x        .      x     .      x      x       x     .     x     .
staff            .    .   .    .     .    .        .      .     .      .      x       .     x     .     .
until            .    .   .    .     .    .        .      .     .      .      x       .     x     .     .
early            .    .   .    .     .    .        .      .     .      .      x       .     .     .     .
late             .    .   .    .     .    .        .      .     .      .      x       .     .     .     .
past             .    .   .    .     .    .        .      .     .      .      .       .     .     .     .
desk             .    .   .    .     .    .        .      .     .      .      .       .     .     .     .
led              .    .   .    .     .    .        .      .     .      x      x       x     .     .     .
soon-lead        .    .   .    .     .    .        .      .     .      x      .       x     .     .     .
owner            .    .   .    .     .    .        .      .     .      .      .       .     .     .     x
"""

# Everybody, the role they hold at which center, and what they are to five patients. `was-` ended a second ago, `soon-`
# begins in a second; both open nothing, but that who leads soon sees what they will lead. Pat and Quinn are in care;
# Gwen is discharged, and her care team has its days of grace; Dee's team has had them; Sten is a patient of the other
# center. `lead` leads the patient's group, `staff` is in one session of it, a substitute for who is `replaced` there,
# before it opens to them (`early`) or after it closed (`late`), a second before the hour until which they have access
# (`until`) or at that hour (`past`), or treats nobody here (`desk`); `led` is left with a group whose patient is
# discharged. `glass` has broken it, and reads the patient's record in an emergency; `owner` is who a device belongs to.
PEOPLE = """
#           role                   center     pat             quinn      gwen      dee       sten
clara       counselor              here       team+lead+owner  .         .         .         .
tess        counselor              here       team            .          .         .         .
tina        counselor              here       trainee         .          .         .         .
gail        counselor              here       lead            .          .         .         .
gil         counselor              here       .               .          .         led       .
rex         counselor              here       replaced        .          .         .         .
stan        counselor              here       staff           .          .         .         .
erik        counselor              here       early           .          .         .         .
lars        counselor              here       late            .          .         .         .
hugo        counselor              here       until           .          .         .         .
hank        counselor              here       past            .          .         .         .
desi        director               here       desk            .          .         .         .
emil        counselor              here       glass           .          .         .         .
enzo        counselor              here       was-glass       .          .         .         .
carl        counselor              here       .               team+lead  .         .         .
dina        counselor              here       .               .          team      was-team  .
dan         counselor              here       .               .          was-team  .         .
wes         counselor              here       was-team        .          .         .         .
nat         counselor              here       soon-team       .          .         .         .
lou         counselor              here       was-lead        .          .         .         .
lia         counselor              here       soon-lead       .          .         .         .
sid         supervisor             here       team+lead       .          .         .         .
cora        coordinator            here       .               .          .         .         .
sue         supervisor             here       .               .          .         .         .
bill        billing                here       .               .          .         .         .
percy       privacy_officer        here       .               .          .         .         .
dora        director               here       .               .          .         .         .
ada         administrator          here       .               .          .         .         .
ron         was-counselor          here       was-team+was-lead  .       .         .         .
uma         was-counselor          here       was-staff       .          .         .         .
xcora       was-coordinator        here       .               .          .         .         .
xsue        was-supervisor         here       .               .          .         .         .
xbill       was-billing            here       .               .          .         .         .
xpercy      was-privacy_officer    here       .               .          .         .         .
xdora       was-director           here       .               .          .         .         .
xada        was-administrator      here       .               .          .         .         .
ycora       soon-coordinator       here       .               .          .         .         .
ysue        soon-supervisor        here       .               .          .         .         .
ypercy      soon-privacy_officer   here       .               .          .         .         .
vince       counselor              elsewhere  .               .          .         .         team+lead+glass+owner
vic         counselor              elsewhere  .               .          .         .         .
vicky       coordinator            elsewhere  .               .          .         .         .
vera        supervisor             elsewhere  .               .          .         .         .
vitus       billing                elsewhere  .               .          .         .         .
viola       privacy_officer        elsewhere  .               .          .         .         .
vaughn      director               elsewhere  .               .          .         .         .
vada        administrator          elsewhere  .               .          .         .         .
newt        none                   here       .               .          .         .         .
root        none                   here       .               .          .         .         .
otto        supervisor             here       .               .          .         .         .
nobody      none                   here       .               .          .         .         .
hall        service                here       .               .          .         .         .
hive        service                elsewhere  .               .          .         .         .
hush        service                here       .               .          .         .         .
haze        service                here       .               .          .         .         .
husk        service                here       .               .          .         .         .
"""
# Nobody bears no token, Otto one that was revoked a second ago; of the programs Hush's waits to be confirmed, Haze's
# comes from an address that is not on its list, and Husk's is over.
UNKNOWN = ("nobody", "otto", "hush", "haze", "husk")
# What service accounts hold, and what their tokens open of it.
SERVICES = """
#           holds                          scopes
hall        center+calendar+hours+find     center+calendar+find
hive        center+calendar+hours+find     calendar+hours
hush        calendar                       calendar
haze        calendar                       calendar
husk        calendar                       calendar
"""
# Who may break the glass at their center.
LISTED = ("carl", "emil", "enzo", "vince")

# Every address: what `{id}` is or a new thing belongs to, the word that opens it for reading, the word for this, and
# the answer of who may. Who may read but not do this gets a 403, who may not read the 404 of what does not exist. A
# list shows what may be read. A new thing is refused (403) to who holds the word nowhere, and (400, like a reference to
# nothing) to who does not hold it on what the new thing would belong to. Of two words with a stroke between them either
# does. Whoever is signed in is `anybody`.
ADDRESSES = """
#      address                              about        reads     does      done
GET    centers/                             center       center    center    200
GET    centers/{id}/                        center       center    center    200
PUT    centers/{id}/                        center       center    places    200
PATCH  centers/{id}/                        center       center    places    200
GET    programs/                            program      center    center    200
POST   programs/                            center       center    places    201
GET    programs/{id}/                       program      center    center    200
PUT    programs/{id}/                       program      center    places    200
PATCH  programs/{id}/                       program      center    places    200
GET    program-rules/                       rule         center    center    200
POST   program-rules/                       program      center    places    201
GET    program-rules/{id}/                  rule         center    center    200
GET    rooms/                               room         center    center    200
POST   rooms/                               center       center    places    201
GET    rooms/{id}/                          room         center    center    200
PUT    rooms/{id}/                          room         center    places    200
PATCH  rooms/{id}/                          room         center    places    200
GET    closures/                            closure      center    center    200
POST   closures/                            center       center    places    201
GET    closures/{id}/                       closure      center    center    200
DELETE closures/{id}/                       closure      center    places    204
GET    staff/                               newcomer     center    center    200
POST   staff/                               center       center    staff     201
GET    staff/{id}/                          newcomer     center    center    200
PUT    staff/{id}/                          newcomer     center    staff     200
PATCH  staff/{id}/                          newcomer     center    staff     200
POST   staff/{id}/deactivate/               newcomer     center    staff     200
POST   staff/{id}/depart/                   newcomer     center    staff     200
POST   staff/{id}/stay/                     newcomer     center    staff     200
POST   staff/{id}/invite/                   newcomer     center    staff     202
POST   staff/{id}/reset-second-factor/      newcomer     center    staff     200
GET    role-assignments/                    assignment   center    center    200
POST   role-assignments/                    center       center    staff     201
GET    role-assignments/{id}/               assignment   center    center    200
POST   role-assignments/{id}/end/           assignment   center    staff     200
GET    emergency-listings/                  listing      center    center    200
POST   emergency-listings/                  center       center    staff     201
GET    emergency-listings/{id}/             listing      center    center    200
POST   emergency-listings/{id}/end/         listing      center    staff     200

GET    service-accounts/                    service        staff/log  staff/log  200
POST   service-accounts/                    center         staff/log  staff      201
GET    service-accounts/{id}/               service        staff/log  staff/log  200
PATCH  service-accounts/{id}/               service        staff/log  staff      200
POST   service-accounts/{id}/confirm/       service        staff/log  log        200
POST   service-accounts/{id}/deactivate/    service        staff/log  staff      200
GET    service-tokens/                      service_token  staff/log  staff/log  200
POST   service-tokens/                      service        staff/log  staff      201
GET    service-tokens/{id}/                 service_token  staff/log  staff/log  200
POST   service-tokens/{id}/confirm/         service_token  staff/log  log        200
POST   service-tokens/{id}/revoke/          service_token  staff/log  staff      200

GET    devices/                             device       device    device    200
POST   devices/{id}/revoke/                 device       device    device    204
POST   devices/revoke-others/               device       device    anybody   204

GET    patients/                            pat          find      find      200
POST   patients/search/                     pat          find      find      200
POST   patients/                            center       find      keep      201
GET    patients/{id}/                       pat          find      find      200
PATCH  patients/{id}/                       pat          find      keep      200
GET    patients/{id}/access-report/         pat          find      log       200
GET    patients/{id}/consents/              pat          find      see       200
POST   patients/{id}/consents/              pat          find      keep      201
GET    episodes/                            episode      see       see       200
POST   episodes/                            nell         see       keep      201
GET    episodes/{id}/                       episode      see       see       200
POST   episodes/{id}/discharge/             episode      see       keep      200
POST   episodes/{id}/undo-discharge/        episode      see       keep      200
POST   episodes/{id}/change-level/          episode      see       keep      200
GET    levels-of-care/                      stay         chart     chart     200
GET    levels-of-care/{id}/                 stay         chart     chart     200
GET    care-team-members/                   member       see       see       200
POST   care-team-members/                   pat          see       keep      201
GET    care-team-members/{id}/              member       see       see       200
POST   care-team-members/{id}/end/          member       see       keep      200
GET    emergency-accesses/                  emergency    log/glass  log/glass  200
POST   emergency-accesses/                  center       center     listed     201
GET    emergency-accesses/{id}/             emergency    log/glass  log/glass  200
POST   emergency-accesses/{id}/end/         emergency    log/glass  log/glass  200
POST   emergency-accesses/{id}/review/      emergency    log/glass  log        200
GET    contact-points/                      point        see       see       200
POST   contact-points/                      pat          see       keep      201
GET    contact-points/{id}/                 point        see       see       200
PATCH  contact-points/{id}/                 point        see       keep      200
POST   contact-points/{id}/end/             point        see       keep      200
GET    leaves/                              leave        see       see       200
POST   leaves/                              pat          see       keep      201
GET    leaves/{id}/                         leave        see       see       200
PATCH  leaves/{id}/                         leave        see       keep      200
POST   leaves/{id}/end/                     leave        see       keep      204
GET    staff-tasks/                         task         see       see       200
GET    staff-tasks/{id}/                    task         see       see       200
POST   staff-tasks/{id}/done/               task         see       keep      200
POST   staff-tasks/{id}/reopen/             task         see       keep      200

GET    series/                              series       calendar  calendar  200
POST   series/                              center       calendar  plan      201
GET    series/{id}/                         series       calendar  calendar  200
GET    patterns/                            pattern      calendar  calendar  200
POST   patterns/                            series       calendar  plan      201
GET    patterns/{id}/                       pattern      calendar  calendar  200
POST   patterns/{id}/change/                pattern      calendar  plan      200
POST   patterns/{id}/end/                   pattern      calendar  plan      200
GET    sessions/                            session      calendar  calendar  200
GET    sessions/{id}/                       session      calendar  calendar  200
POST   sessions/{id}/withdraw/              later        calendar  plan      200
POST   sessions/{id}/reinstate/             later        calendar  plan      200
POST   sessions/{id}/call-off/              session      calendar  plan      200
POST   sessions/{id}/move/                  later        calendar  plan      200
POST   sessions/{id}/shorten/               session      calendar  plan      200
POST   sessions/{id}/substitute/            session      calendar  plan      200
GET    sessions/{id}/attendance/            session      calendar  calendar  200
PUT    sessions/{id}/attendance/            session      calendar  record    200
GET    sessions/{id}/attendance/{patient}/  attendance   calendar  calendar  200
PATCH  sessions/{id}/attendance/{patient}/  attendance   calendar  record    200
POST   sessions/{id}/guests/                session      calendar  record    201
GET    attendances/                         attendance   calendar  calendar  200
GET    attendances/{id}/                    attendance   calendar  calendar  200
GET    attendances/{id}/history/            attendance   calendar  calendar  200
GET    weekly-hours/                        pat          hours     hours     200
GET    attendance-summary/                  sums         sums      sums      200

GET    groups/                              group        center    center    200
POST   groups/                              center       center    roster    201
GET    groups/{id}/                         group        center    center    200
PATCH  groups/{id}/                         group        center    roster    200
GET    groups/{id}/roster/                  group        center    calendar  200
POST   groups/{id}/enroll/                  group        center    roster    201
GET    enrollments/                         enrollment   calendar  calendar  200
GET    enrollments/{id}/                    enrollment   calendar  calendar  200
POST   enrollments/{id}/withdraw/           enrollment   calendar  roster    200
POST   enrollments/{id}/reinstate/          enrollment   calendar  roster    200
GET    facilitators/                        facilitator  center    center    200
POST   facilitators/                        group        center    roster    201
GET    facilitators/{id}/                   facilitator  center    center    200
POST   facilitators/{id}/end/               facilitator  center    roster    200

GET    reminders/                           reminder     sends     sends     200
GET    reminders/{id}/                      reminder     sends     sends     200
GET    reminder-rules/                      reminder_rule  sends   sends     200
POST   reminder-rules/                      center       sends     switch    201
GET    reminder-rules/{id}/                 reminder_rule  sends   sends     200
DELETE reminder-rules/{id}/                 reminder_rule  sends   switch    204
GET    reminder-switches/                   center       sends     sends     200
POST   reminder-switches/                   center       sends     switch    201
GET    reminder-switches/{id}/              center       sends     sends     200
GET    planned-reminders/                   planned      sends     sends     200
GET    unattended/                          unattended   keep      keep      200

GET    access/explain/                      explained    log       log       200
POST   handovers/                           center       keep      keep      200

GET    audit-entries/                       entry        log       log       200
GET    audit-entries/{id}/                  entry        log       log       200
"""

# What belongs to a center as a whole, not to one patient: only a role opens it.
PLACES = ("center", "program", "rule", "room", "closure", "newcomer", "assignment", "listing")
OF_CENTER = (*PLACES, "service", "service_token", "reminder_rule", "entry", "sums", "planned", "unattended")
# What belongs to a patient's group: a role opens it, or what the last columns of `RELATIONS` say.
OF_GROUP = ("group", "facilitator", "series", "pattern", "session", "later")

# The fields of a thing that every reader sees, and those a word adds.
FIELDS = """
pat         .           id center mrn first_name last_name preferred_name
pat         see         language timezone contact_preference availability contact_points
pat         chart       birth_date
episode     .           id center patient program admitted_on discharged_on
episode     chart       discharge_reason last_contact_on
stay        .           id episode patient center level_of_care asam_edition starts_on ends_on
leave       .           id center patient starts_on ends_on
leave       chart       reason
member      .           id center patient staff starts_at ends_at
point       .           id patient center kind value normalized ended_at suppressed_at suppressed_reason
task        .           id center patient kind subject note assigned_to raised_at due_at done_at
enrollment  .           id center group patient starts_on ends_on
enrollment  chart       reason
enrollment  roster      reason
newcomer    .           id center email first_name last_name title credentials supervisor roles ended_at
newcomer    staff       needs_invitation
emergency   .           id center patient record_number staff staff_name nature reason starts_at ends_at state
emergency   .           reviewed_at reviewed_by verdict entries entries_url
emergency   log         note
attendance  .           id center session patient patient_name record_number starts_at status origin arrived_at left_at
attendance  .           collaterals made_up_by recorded_by recorded_at etag
attendance  record      reason note
attendance  roll        reason note
"""

# What the admin shows: the word for seeing a row, for changing it and for adding one; a dash is nobody.
ADMIN = """
# model                  about        sees      changes  adds
centers.center           center       center    places   -
centers.program          program      center    places   -
centers.programrule      rule         center    -        -
centers.room             room         center    places   places
centers.closure          closure      center    -        -
centers.position         position     center    staff    -
centers.roleassignment   assignment   center    -        -
patients.patient         pat          find      -        -
scheduling.session       session      calendar  -        -
scheduling.series        series       calendar  -        -
scheduling.pattern       pattern      calendar  -        -
groups.therapygroup      group        center    -        roster
groups.enrollment        enrollment   calendar  -        -
groups.facilitator       facilitator  center    -        -
auth.group               -            -         -        -
account.emailaddress     -            -         -        -
mfa.authenticator        -            -         -        -
"""
# What is done on a page of its own there, and the word for it.
VERBS = """
# model                  page        does
scheduling.session       withdraw    plan
scheduling.session       call_off    plan
scheduling.session       move        plan
scheduling.session       shorten     plan
scheduling.session       substitute  plan
scheduling.session       reinstate   plan
groups.therapygroup      enroll      roster
groups.therapygroup      appoint     roster
groups.therapygroup      revise      roster
groups.enrollment        withdraw    roster
groups.enrollment        reinstate   roster
groups.facilitator       end         roster
"""
# Relations whose rows are offered to who types, and the word for it.
SOURCES = """
# relation                     offers  does
groups.enrollment.patient      pat     roster
"""
# Who may open the admin at all: whoever has one of these words anywhere. Who is flagged as staff opens an empty one.
OPENING = ("places", "staff", "roster", "plan", "log")

# Pages that show nothing of any center, or lead to the door.
OPEN_PAGES = (
    "api/schema/",
    "api/docs/",
    "healthz",
    "welcome/",
    "admin/",
    "admin/login/",
    "admin/logout/",
    "admin/password_change/",
    "admin/password_change/done/",
    "admin/autocomplete/",
    "admin/jsi18n/",
    "admin/second-factor/",
    "admin/second-factor/enroll/",
    "reset/",
    "admin/^(?P<app_label>auth|account|mfa|centers|patients|scheduling|groups)/$",
    "admin/(?P<url>.*)$",
)
