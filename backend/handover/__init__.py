"""Handing a caseload from one colleague to another: care teams, groups, courses and tasks in one call."""
