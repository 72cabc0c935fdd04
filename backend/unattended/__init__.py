"""What is without anybody at a center: patients without a care team, groups without a lead, sessions without staff."""
