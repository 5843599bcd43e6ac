"""The pages as people see them: Debian's Chromium, without a window, on a desktop and on a phone."""
