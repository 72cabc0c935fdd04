"""Why somebody may do something with a patient, and why not."""
