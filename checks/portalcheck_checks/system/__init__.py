"""Does the operating system still get updates? By a table that is shipped with a date."""
