"""The top floor: decides, routes, explains. Never opens storage."""
