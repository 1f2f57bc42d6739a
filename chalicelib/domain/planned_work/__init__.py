"""Work planned ahead: windows, their rules, calendars, announcements; ours and the vendors'."""
