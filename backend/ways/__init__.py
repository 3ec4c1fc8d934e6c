"""How messages leave: mail, webhooks in the dialects of work chats, and calendars that people subscribe to."""
