"""The servers that are measured, and what the system says of their processes."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 20


class Server:
    """A server with one worker thread, which runs while it is in a `with` block."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder

    @contextlib.contextmanager
    def running(self, *options):
        self.port = free_port()
        command, environment = self.command(*options)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **environment}
            )
        try:
            self.started = time.perf_counter()
            self.await_port()
            yield self
        finally:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def await_port(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"{self.name} does not run: see {self.folder / 'log'}")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        with urllib.request.urlopen(self.url(path), timeout=30) as answer:
            return answer.read()

    def pid(self):
        return self.process.pid

    def path(self, path):
        return path

    def wrk(self, path, connections, seconds, *options):
        """The number of requests that were answered, and what wrk printed."""
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *options, self.url(path)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in text:
            raise RuntimeError(f"{self.name} refuses {path}:\n{text}")
        return int(re.search(r"(\d+) requests in", text)[1]), text

    def cpu_micros(self, path, seconds):
        """Microseconds of processor time for a request, with 16 connections."""
        self.get(path)
        self.wrk(path, 16, 1)
        before = cpu_ticks(self.pid())
        count, _ = self.wrk(path, 16, seconds)
        return (cpu_ticks(self.pid()) - before) * 1e6 / TICKS / count


class Origin(Server):
    """The example origin of one tree."""

    def __init__(self, name, binary, folder):
        super().__init__(name, folder)
        self.binary = binary

    def command(self, *options):
        command = [self.binary, "--media", self.folder / "media"]
        command += ["--locators", self.folder / "locators.json"]
        command += ["--listen", f"127.0.0.1:{self.port}", *options]
        return command, {"TOKIO_WORKER_THREADS": "1", "RUST_LOG": "warn"}

    def segment(self, form, kind, asset="film"):
        """The path of a segment in the middle of a format."""
        clear = "/clear/film.ism" if asset == "film" else f"/clear-{asset}/{asset}.ism"
        base = "/all/film.ism" if "encryption" in form else clear
        smooth = self.get(f"{clear}/manifest").decode()
        stream = re.search(rf'<StreamIndex Type="{kind}".*?</StreamIndex>', smooth, re.DOTALL)[0]
        bitrate = re.search(r'Bitrate="(\d+)"', stream)[1]
        level = f"{base}/QualityLevels({bitrate})"
        if form.startswith("f4m"):
            url = re.search(r'url="([^"]*)"', self.get(f"{base}/manifest(format={form})").decode())
            return f"{base}/{url[1].replace('&amp;', '&')}Seg1-Frag6"
        if form.startswith("m3u8"):
            playlist = self.get(f"{level}/Manifest({kind},format={form})").decode()
            return f"{level}/{re.findall(r'^Fragments.*', playlist, re.MULTILINE)[5]}"
        times = self.get(f"{clear}/QualityLevels({bitrate})/Manifest({kind},format=m3u8-cmaf)")
        time = re.findall(rf"Fragments\({kind}=(\d+)", times.decode())[5]
        if not form:
            scale = int(re.search(r'TimeScale="(\d+)"', smooth)[1])
            chunks = [int(duration) for duration in re.findall(r'<c [^>]*d="(\d+)"', stream)]
            repeats = re.search(r'<c [^>]*d="(\d+)" r="', stream)
            assert scale == 10_000_000, smooth
            time = 5 * int(repeats[1]) if repeats else sum(chunks[:5])
        return f"{level}/Fragments({kind}={time}{',format=' + form if form else ''})"

    def counts(self, path):
        """System calls, page faults and voluntary context switches for one of many requests."""
        self.wrk(path, 16, 1)
        before = faults_and_switches(self.pid())
        count, _ = self.wrk(path, 16, 1)
        after = faults_and_switches(self.pid())
        faults, switches = ((now - then) / count for now, then in zip(after, before))
        return {
            "system calls": self.system_calls(path),
            "page faults": faults,
            "context switches": switches,
        }

    def system_calls(self, path):
        log = self.folder / "strace"
        command = ["strace", "-f", "-c", "-o", log, "-p", str(self.pid())]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        count, _ = self.wrk(path, 16, 1)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        lines = Path(log).read_text().splitlines()
        rows = [line.split() for line in lines if re.match(r"\s*\d+\.\d+ ", line)]
        calls = [int(row[3]) for row in rows if row[-1] != "total"]
        if not calls:
            raise RuntimeError(f"strace cannot trace {self.name}: see {log}")
        return sum(calls) / count

    def extremes(self):
        """Memory under many clients, latency of one, and first bytes of films nobody opened."""
        found = {}
        with self.running():
            cmaf, ts = self.segment("m3u8-cmaf", "video"), self.segment("m3u8-aapl-v3", "video")
            sound = self.segment("m3u8-cmaf", "audio")
            _, text = self.wrk(sound, 1, 1, "--latency")
            found["latency: sound, ms"] = millis(re.search(r"50%\s+([\d.]+)(\w+)", text))
            for clients in (16, 256):
                for name, path in (("CMAF", cmaf), ("TS", ts)):
                    self.wrk(path, clients, 2)
                    found[f"RSS: {clients} clients, {name}, MB"] = rss(self.pid())
            found["threads: 256 clients"] = len(os.listdir(f"/proc/{self.pid()}/task"))
        with self.running():
            sockets = [self.stalled(ts) for _ in range(200)]
            time.sleep(2)
            found["RSS: 200 stalled clients, TS, MB"] = rss(self.pid())
            for one in sockets:
                one.close()
        return found | self.first_answers("first answer")

    def first_answers(self, title):
        """How long the first answer of a process takes, of films of several lengths."""
        with self.running():
            names = {"2 minutes": "film", "10 minutes in 4 qualities": "ladder", "2 hours": "long"}
            paths = {
                f"segment of {length}": self.segment("m3u8-cmaf", "video", asset)
                for length, asset in names.items()
            }
        paths["MPD of 2 hours"] = "/clear-long/long.ism/manifest(format=mpd-time-cmaf)"
        found = {}
        for name, path in paths.items():
            least, least_cpu = [], []
            for _ in range(5):
                with self.running():
                    self.get("/healthz")
                    started, cpu = time.perf_counter(), cpu_millis(self.pid())
                    self.get(path)
                    least.append((time.perf_counter() - started) * 1e3)
                    least_cpu.append(cpu_millis(self.pid()) - cpu)
            found[f"{title}: {name}, ms"] = min(least)
            found[f"{title}: {name}, ms of CPU"] = min(least_cpu)
        return found

    def first_answers_with_indexes(self):
        """The same with an index file beside each film, which is removed again."""
        with self.running("--write-indexes"):
            for asset in ("film", "ladder", "long"):
                self.segment("m3u8-cmaf", "video", asset)
            # An index is stored after the answer.
            time.sleep(1)
        indexes = list((self.folder / "media").rglob("*.dpi"))
        assert len(indexes) == 3, f"{indexes} are not one for each film"
        found = self.first_answers("with an index")
        for index in indexes:
            index.unlink()
        return found

    def packaging(self, folder):
        """GB of stored media that become transport streams in a second of processor time."""
        ladder = "/clear-ladder/ladder.ism"
        with self.running():
            main = self.get(f"{ladder}/manifest(format=m3u8-aapl)").decode()
            segments = []
            for playlist in re.findall(r"^[^#].*", main, re.MULTILINE):
                base = f"{ladder}/{playlist.rsplit('/', 1)[0]}"
                names = re.findall(r"^[^#].*", self.get(f"{ladder}/{playlist}").decode(), re.M)
                segments += [f"{base}/{name}" for name in names]
            size = sum(file.stat().st_size for file in folder.glob("*.mp4"))
            return max(size / 1e6 / self.cpu_of(segments) for _ in range(3))

    def cpu_of(self, paths):
        """Milliseconds of processor time for answers one after the other."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        before = cpu_millis(self.pid())
        for path in paths:
            connection.request("GET", path)
            connection.getresponse().read()
        return cpu_millis(self.pid()) - before

    def stalled(self, path):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.port))
        client.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
        return client


class Nginx(Server):
    """nginx with the answers of an origin as static files."""

    def __init__(self, name, folder, origin, urls, sendfile):
        super().__init__(name, folder)
        self.sendfile = "on" if sendfile else "off"
        self.files = {url: f"/{number}" for number, url in enumerate(urls.values())}
        (folder / "static").mkdir(exist_ok=True)
        with origin.running():
            for url, file in self.files.items():
                (folder / "static" / file[1:]).write_bytes(origin.get(url))

    def path(self, path):
        return self.files[path]

    def command(self):
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr;\n"
            "events {}\n"
            f"http {{ access_log off; sendfile {self.sendfile}; tcp_nopush on;\n"
            "keepalive_requests 1000000; open_file_cache max=100;\n"
            f"server {{ listen 127.0.0.1:{self.port}; root {self.folder}/static; }} }}\n"
        )
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        return ["nginx", "-c", configuration, *user], {}

    def pid(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])


def ffmpeg_packaging(folder, out):
    """The same for ffmpeg, which writes HLS of each file to the folder `out`."""
    out.mkdir(exist_ok=True)
    size, before = 0, os.times()
    for file in folder.glob("*.mp4"):
        command = ["ffmpeg", "-v", "error", "-y", "-i", file, "-c", "copy", "-hls_time", "6"]
        subprocess.run([*command, "-hls_list_size", "0", out / "index.m3u8"], check=True)
        size += file.stat().st_size
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return size / 1e9 / cpu


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def cpu_millis(pid):
    """The processor time of all threads, more exactly than in ticks."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6


def faults_and_switches(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    switches = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with contextlib.suppress(OSError):
            found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.M)
            switches += int(found[1])
    return int(fields[7]), switches


def rss(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def millis(match):
    return float(match[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[match[2]]
