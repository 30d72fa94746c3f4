"""The backend in miniature: one program for the server and for the scheduled jobs."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

JOBS = ("adjust_trailing_stops", "monitor_stops", "scan_patterns")


class Api(BaseHTTPRequestHandler):
    """Answers the probes."""

    def do_GET(self):
        known = self.path in ("/healthz", "/readyz")
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(b"ok\n" if known else b"not found\n")


def main(command, *options):
    if command == "runserver":
        HTTPServer(("", 8000), Api).serve_forever()
    if command not in JOBS:
        sys.exit(f"unknown command: {command}")
    print(command, *options)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["runserver"]))
