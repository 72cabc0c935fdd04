"""The access table: what each of the cast is answered at every address, written by hand from `docs/access.md`.

A number is a status. `none` is a 200 without the thing the row is about. Who may see a thing and not do this to it gets
a 403, who may not see it the 404 of a thing that does not exist, and a 400 is the same for a reference in a body.
`{id}` is a thing of Pat's, of the Tuesday group's or of the center's; see `requests.py`.
"""

PEOPLE = ("clara", "carl", "cora", "sue", "bill", "percy", "dora", "ada", "vera", "root", "nobody")

TABLE = """
#                                            clara carl cora sue  bill percy dora ada  vera root nobody

GET    centers/                              200   200  200  200  200  200   200  200  none none 401
GET    centers/{id}/                         200   200  200  200  200  200   200  200  404  404  401
PUT    centers/{id}/                         403   403  403  403  403  403   403  200  404  404  401
PATCH  centers/{id}/                         403   403  403  403  403  403   403  200  404  404  401

GET    programs/                             200   200  200  200  200  200   200  200  none none 401
POST   programs/                             403   403  403  403  403  403   403  201  403  403  401
GET    programs/{id}/                        200   200  200  200  200  200   200  200  404  404  401
PUT    programs/{id}/                        403   403  403  403  403  403   403  200  404  404  401
PATCH  programs/{id}/                        403   403  403  403  403  403   403  200  404  404  401
GET    program-rules/                        200   200  200  200  200  200   200  200  none none 401
POST   program-rules/                        403   403  403  403  403  403   403  201  403  403  401
GET    program-rules/{id}/                   200   200  200  200  200  200   200  200  404  404  401

GET    rooms/                                200   200  200  200  200  200   200  200  none none 401
POST   rooms/                                403   403  403  403  403  403   403  201  403  403  401
GET    rooms/{id}/                           200   200  200  200  200  200   200  200  404  404  401
PUT    rooms/{id}/                           403   403  403  403  403  403   403  200  404  404  401
PATCH  rooms/{id}/                           403   403  403  403  403  403   403  200  404  404  401
GET    closures/                             200   200  200  200  200  200   200  200  none none 401
POST   closures/                             403   403  403  403  403  403   403  201  403  403  401
GET    closures/{id}/                        200   200  200  200  200  200   200  200  404  404  401
DELETE closures/{id}/                        403   403  403  403  403  403   403  204  404  404  401

GET    staff/                                200   200  200  200  200  200   200  200  none none 401
POST   staff/                                403   403  403  403  403  403   403  201  403  403  401
GET    staff/{id}/                           200   200  200  200  200  200   200  200  404  404  401
PUT    staff/{id}/                           403   403  403  403  403  403   403  200  404  404  401
PATCH  staff/{id}/                           403   403  403  403  403  403   403  200  404  404  401
POST   staff/{id}/deactivate/                403   403  403  403  403  403   403  200  404  404  401
POST   staff/{id}/depart/                    403   403  403  403  403  403   403  200  404  404  401
POST   staff/{id}/stay/                      403   403  403  403  403  403   403  200  404  404  401
POST   staff/{id}/invite/                    403   403  403  403  403  403   403  202  404  404  401
POST   staff/{id}/reset-second-factor/       403   403  403  403  403  403   403  200  404  404  401
GET    role-assignments/                     200   200  200  200  200  200   200  200  none none 401
POST   role-assignments/                     403   403  403  403  403  403   403  201  403  403  401
GET    role-assignments/{id}/                200   200  200  200  200  200   200  200  404  404  401
POST   role-assignments/{id}/end/            403   403  403  403  403  403   403  200  404  404  401
GET    emergency-listings/                   200   200  200  200  200  200   200  200  none none 401
POST   emergency-listings/                   403   403  403  403  403  403   403  201  403  403  401
GET    emergency-listings/{id}/              200   200  200  200  200  200   200  200  404  404  401
POST   emergency-listings/{id}/end/          403   403  403  403  403  403   403  200  404  404  401

GET    service-accounts/                     none  none none none none 200   none 200  none none 401
POST   service-accounts/                     403   403  403  403  403  403   403  201  403  403  401
GET    service-accounts/{id}/                404   404  404  404  404  200   404  200  404  404  401
PATCH  service-accounts/{id}/                404   404  404  404  404  403   404  200  404  404  401
POST   service-accounts/{id}/confirm/        404   404  404  404  404  200   404  403  404  404  401
POST   service-accounts/{id}/deactivate/     404   404  404  404  404  403   404  200  404  404  401
GET    service-tokens/                       none  none none none none 200   none 200  none none 401
POST   service-tokens/                       403   403  403  403  403  403   403  201  403  403  401
GET    service-tokens/{id}/                  404   404  404  404  404  200   404  200  404  404  401
POST   service-tokens/{id}/confirm/          404   404  404  404  404  200   404  403  404  404  401
POST   service-tokens/{id}/revoke/           404   404  404  404  404  403   404  200  404  404  401

GET    patients/                             200   none 200  200  200  200   none none none none 401
POST   patients/search/                      200   none 200  200  200  200   none none none none 401
POST   patients/                             400   400  201  201  403  403   403  403  400  403  401
GET    patients/{id}/                        200   404  200  200  200  200   404  404  404  404  401
PATCH  patients/{id}/                        200   404  200  200  403  403   404  404  404  404  401
GET    patients/{id}/access-report/          403   404  403  403  403  200   404  404  404  404  401
GET    patients/{id}/consents/               200   404  200  200  403  403   404  404  404  404  401
POST   patients/{id}/consents/               201   404  201  201  403  403   404  404  404  404  401

GET    episodes/                             200   none 200  200  none none  none none none none 401
POST   episodes/                             201   400  201  201  403  403   403  403  400  403  401
GET    episodes/{id}/                        200   404  200  200  404  404   404  404  404  404  401
POST   episodes/{id}/discharge/              200   404  200  200  404  404   404  404  404  404  401
POST   episodes/{id}/undo-discharge/         200   404  200  200  404  404   404  404  404  404  401
POST   episodes/{id}/change-level/           200   404  200  200  404  404   404  404  404  404  401
GET    levels-of-care/                       200   none none 200  none none  none none none none 401
GET    levels-of-care/{id}/                  200   404  404  200  404  404   404  404  404  404  401
GET    care-team-members/                    200   none 200  200  none none  none none none none 401
POST   care-team-members/                    201   400  201  201  403  403   403  403  400  403  401
GET    care-team-members/{id}/               200   404  200  200  404  404   404  404  404  404  401
POST   care-team-members/{id}/end/           200   404  200  200  404  404   404  404  404  404  401
GET    emergency-accesses/                   none  200  none none none 200   none none none none 401
POST   emergency-accesses/                   403   201  403  403  403  403   403  403  403  403  401
GET    emergency-accesses/{id}/              404   200  404  404  404  200   404  404  404  404  401
POST   emergency-accesses/{id}/end/          404   200  404  404  404  200   404  404  404  404  401
POST   emergency-accesses/{id}/review/       404   403  404  404  404  200   404  404  404  404  401
GET    contact-points/                       200   none 200  200  none none  none none none none 401
POST   contact-points/                       201   400  201  201  403  403   403  403  400  403  401
GET    contact-points/{id}/                  200   404  200  200  404  404   404  404  404  404  401
PATCH  contact-points/{id}/                  200   404  200  200  404  404   404  404  404  404  401
POST   contact-points/{id}/end/              200   404  200  200  404  404   404  404  404  404  401
GET    leaves/                               200   none 200  200  none none  none none none none 401
POST   leaves/                               201   400  201  201  403  403   403  403  400  403  401
GET    leaves/{id}/                          200   404  200  200  404  404   404  404  404  404  401
PATCH  leaves/{id}/                          200   404  200  200  404  404   404  404  404  404  401
POST   leaves/{id}/end/                      204   404  204  204  404  404   404  404  404  404  401
GET    staff-tasks/                          200   none 200  200  none none  none none none none 401
GET    staff-tasks/{id}/                     200   404  200  200  404  404   404  404  404  404  401
POST   staff-tasks/{id}/done/                200   404  200  200  404  404   404  404  404  404  401
POST   staff-tasks/{id}/reopen/              200   404  200  200  404  404   404  404  404  404  401

GET    series/                               200   none 200  200  200  none  none none none none 401
POST   series/                               403   403  201  201  403  403   403  403  400  403  401
GET    series/{id}/                          200   404  200  200  200  404   404  404  404  404  401
GET    patterns/                             200   none 200  200  200  none  none none none none 401
POST   patterns/                             403   403  201  201  403  403   403  403  400  403  401
GET    patterns/{id}/                        200   404  200  200  200  404   404  404  404  404  401
POST   patterns/{id}/change/                 403   404  200  200  403  404   404  404  404  404  401
POST   patterns/{id}/end/                    403   404  200  200  403  404   404  404  404  404  401
GET    sessions/                             200   none 200  200  200  none  none none none none 401
GET    sessions/{id}/                        200   404  200  200  200  404   404  404  404  404  401
POST   sessions/{id}/withdraw/               403   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/reinstate/              403   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/call-off/               403   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/move/                   403   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/shorten/                403   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/substitute/             403   404  200  200  403  404   404  404  404  404  401
GET    sessions/{id}/attendance/             200   404  200  200  200  404   404  404  404  404  401
PUT    sessions/{id}/attendance/             200   404  200  200  403  404   404  404  404  404  401
GET    sessions/{id}/attendance/{patient}/   200   404  200  200  200  404   404  404  404  404  401
PATCH  sessions/{id}/attendance/{patient}/   200   404  200  200  403  404   404  404  404  404  401
POST   sessions/{id}/guests/                 201   404  201  201  403  404   404  404  404  404  401
GET    attendances/                          200   none 200  200  200  none  none none none none 401
GET    attendances/{id}/                     200   404  200  200  200  404   404  404  404  404  401
GET    attendances/{id}/history/             200   404  200  200  200  404   404  404  404  404  401
GET    weekly-hours/                         200   none 200  200  200  none  none none none none 401
GET    attendance-summary/                   400   400  400  200  400  400   200  400  400  400  401

GET    groups/                               200   200  200  200  200  200   200  200  none none 401
POST   groups/                               403   403  201  201  403  403   403  403  400  403  401
GET    groups/{id}/                          200   200  200  200  200  200   200  200  404  404  401
PATCH  groups/{id}/                          403   403  200  200  403  403   403  403  404  404  401
GET    groups/{id}/roster/                   200   none 200  200  200  403   403  403  404  404  401
POST   groups/{id}/enroll/                   403   403  201  201  403  403   403  403  404  404  401
GET    enrollments/                          200   none 200  200  200  none  none none none none 401
GET    enrollments/{id}/                     200   404  200  200  200  404   404  404  404  404  401
POST   enrollments/{id}/withdraw/            403   404  200  200  403  404   404  404  404  404  401
POST   enrollments/{id}/reinstate/           403   404  200  200  403  404   404  404  404  404  401
GET    facilitators/                         200   200  200  200  200  200   200  200  none none 401
POST   facilitators/                         403   403  201  201  403  403   403  403  400  403  401
GET    facilitators/{id}/                    200   200  200  200  200  200   200  200  404  404  401
POST   facilitators/{id}/end/                403   403  200  200  403  403   403  403  404  404  401

GET    reminders/                            200   none 200  200  none none  none none none none 401
GET    reminders/{id}/                       200   404  200  200  404  404   404  404  404  404  401
GET    reminder-rules/                       none  none 200  200  none none  none none none none 401
POST   reminder-rules/                       403   403  201  403  403  403   403  403  403  403  401
GET    reminder-rules/{id}/                  404   404  200  200  404  404   404  404  404  404  401
DELETE reminder-rules/{id}/                  404   404  204  403  404  404   404  404  404  404  401
GET    reminder-switches/                    none  none 200  200  none none  none none none none 401
POST   reminder-switches/                    403   403  201  403  403  403   403  403  403  403  401
GET    reminder-switches/{id}/               404   404  200  200  404  404   404  404  404  404  401
GET    planned-reminders/                    400   400  200  200  400  400   400  400  400  400  401

GET    access/explain/                       400   400  400  400  400  200   400  400  400  400  401
GET    unattended/                           400   400  200  200  400  400   400  400  400  400  401
POST   handovers/                            400   400  200  200  403  403   403  403  400  403  401

GET    audit-entries/                        none  none none none none 200   none none none none 401
GET    audit-entries/{id}/                   404   404  404  404  404  200   404  404  404  404  401

GET    devices/                              200   none none none none none  none none none none 401
POST   devices/{id}/revoke/                  204   404  404  404  404  404   404  404  404  404  401
POST   devices/revoke-others/                204   204  204  204  204  204   204  204  204  204  401

POST   auth/login                            200   200  200  200  200  200   200  200  200  200  400
GET    auth/session                          200   200  200  200  200  200   200  200  200  200  401
DELETE auth/session                          401   401  401  401  401  401   401  401  401  401  401
POST   auth/reauthenticate                   200   200  200  200  200  200   200  200  200  200  401
POST   auth/2fa/authenticate                 401   401  401  401  401  401   401  401  401  401  401
POST   auth/2fa/reauthenticate               400   400  400  400  400  400   400  400  400  400  401
GET    auth/webauthn/authenticate            401   401  401  401  401  401   401  401  401  401  401
POST   auth/webauthn/authenticate            401   401  401  401  401  401   401  401  401  401  401
GET    auth/webauthn/reauthenticate          200   200  200  200  200  200   200  200  200  200  401
POST   auth/webauthn/reauthenticate          400   400  400  400  400  400   400  400  400  400  401
POST   auth/password/request                 202   202  202  202  202  202   202  202  202  202  202
POST   auth/password/reset                   204   204  204  204  204  204   204  204  204  204  400
GET    account/authenticators                200   200  200  200  200  200   200  200  200  200  401
GET    account/authenticators/totp           200   200  200  200  200  200   200  200  200  200  401
POST   account/authenticators/totp           400   400  400  400  400  400   400  400  400  400  401
DELETE account/authenticators/totp           200   200  200  200  200  200   200  200  200  200  401
GET    account/authenticators/recovery-codes 404   404  404  404  404  404   404  404  404  404  401
POST   account/authenticators/recovery-codes 404   404  404  404  404  404   404  404  404  404  401
GET    account/authenticators/webauthn       200   200  200  200  200  200   200  200  200  200  401
POST   account/authenticators/webauthn       400   400  400  400  400  400   400  400  400  400  401
PUT    account/authenticators/webauthn       400   400  400  400  400  400   400  400  400  400  401
DELETE account/authenticators/webauthn       400   400  400  400  400  400   400  400  400  400  401
POST   account/password/change               200   200  200  200  200  200   200  200  200  200  401
POST   sign-out/                             204   204  204  204  204  204   204  204  204  204  401
POST   invitations/accept/                   204   204  204  204  204  204   204  204  204  204  400
"""


def rows() -> dict[tuple[str, str], tuple[str, ...]]:
    """(method, route) -> what the cast is answered, in the order of `PEOPLE`."""
    lines = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]
    return {(method, route): tuple(answers) for method, route, *answers in lines}
