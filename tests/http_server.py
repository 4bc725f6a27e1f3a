"""A small HTTP server with ranges and faults, for the tests of downloads.

usage: http_server.py FOLDER PORT_FILE LOG

GET /ok/FILE         the file; ranges, ETag and If-Range
GET /short/FILE      at most 1000 bytes an answer, then the connection breaks off
GET /once/FILE       the same for the first answer, whole or the rest afterwards
GET /plain/FILE      no ranges: always the whole file
GET /slow/FILE       1000 bytes, then nothing more until the client goes away
GET /ftp/FILE        redirected to ftp;  /far/FILE to http on another machine;  /hop/FILE to /ok/FILE
GET /loop/FILE       redirected to itself
GET /page/FILE       a web page
GET /huge/FILE       says that 10 GiB follow, and sends without end
"""
import http.server
import os
import sys

folder, port_file, log = sys.argv[1:4]
seen = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        with open(log, 'a') as f:
            f.write('%s %s %s\n' % (self.path, self.headers.get('Range'), self.headers.get('If-Range')))

    def answer(self, status, headers, body=b'', length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        _, mode, name = self.path.split('/', 2)
        here = 'http://127.0.0.1:%d/' % self.server.server_port
        targets = {'ftp': 'ftp://127.0.0.1/', 'far': 'http://192.0.2.1/', 'hop': here + 'ok/', 'loop': here + 'loop/'}
        if mode in targets:
            return self.answer(302, [('Location', targets[mode] + name)])
        if mode == 'page':
            return self.answer(200, [], b'<!DOCTYPE html><title>gone</title>')
        path = os.path.join(folder, os.path.basename(name))
        if not os.path.isfile(path):
            return self.answer(404, [], b'no such file')
        with open(path, 'rb') as f:
            body = f.read()
        tag = '"%d-%d"' % (len(body), sum(body))
        start, status, headers = 0, 200, [('ETag', tag)]
        wanted = self.headers.get('Range')
        if mode != 'plain' and wanted and self.headers.get('If-Range', tag) == tag:
            start = int(wanted[6:-1])
            if start >= len(body):
                return self.answer(416, [('Content-Range', 'bytes */%d' % len(body))])
            status = 206
            headers.append(('Content-Range', 'bytes %d-%d/%d' % (start, len(body) - 1, len(body))))
        rest = body[start:]
        sent = rest
        if mode == 'short' or (mode == 'once' and name not in seen) or mode == 'slow':
            seen.add(name)
            sent = rest[:1000]
        if mode == 'huge':
            self.answer(200, headers, b'', 10 << 30)
            try:
                while True:
                    self.wfile.write(b'x' * 65536)
            except OSError:
                self.close_connection = True
                return None
        self.answer(status, headers, sent, len(rest))
        if mode == 'slow':
            self.wfile.flush()
            self.connection.settimeout(30)
            try:
                self.connection.recv(1)
            except OSError:
                pass
        if len(sent) < len(rest):
            self.close_connection = True
        return None


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
with open(port_file + '.new', 'w') as f:
    f.write(str(server.server_port))
os.rename(port_file + '.new', port_file)
server.serve_forever()
