"""What an installation finds around it, on this machine: the simulated Mollie, PostgreSQL as the manifest of its cluster has it, and
certificates."""

import glob
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from installation import one

SIMULATOR = "127.0.0.1:50053"
DATABASE_HOST = "orders-db-rw"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def until(what, holds, seconds=30):
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {seconds} seconds")
        time.sleep(0.05)
    return found


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answer(port, path):
    """The status, or 0."""
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def simulated_mollie(program, directory):
    environment = {
        "ORDER_SERVICE__SIMULATOR__LISTEN": SIMULATOR,
        "ORDER_SERVICE__SIMULATOR__DATA": str(directory / "simulator"),
    }
    with open(directory / "simulator.log", "wb") as log:
        process = subprocess.Popen([program, "simulator"], env=environment, cwd=directory, stdout=log, stderr=log)
    until("the simulated Mollie", lambda: is_listening(50053))
    return process


class Authority:
    """Signs certificates."""

    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.certificate, self.key = directory / f"{name}.crt", directory / f"{name}.key"
        run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={name}",
            "-keyout",
            self.key,
            "-out",
            self.certificate,
        )

    def sign(self, name, dns=()):
        """A certificate and its key (PKCS 8), as cert-manager puts them into a Secret."""
        key, request, signed = (self.directory / f"signed.{end}" for end in ("key", "csr", "crt"))
        extensions = self.directory / "signed.ext"
        alternatives = "subjectAltName=" + ",".join(f"DNS:{it}" for it in dns) if dns else ""
        extensions.write_text(f"basicConstraints=critical,CA:FALSE\n{alternatives}\n")
        run(
            "openssl",
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-keyout",
            key,
            "-out",
            request,
        )
        run(
            "openssl",
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            self.certificate,
            "-CAkey",
            self.key,
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            extensions,
            "-out",
            signed,
        )
        return {"tls.crt": signed.read_text(), "tls.key": key.read_text(), "ca.crt": self.certificate.read_text()}


def postgres(manifests, directory, clients):
    """A server with the cluster's own pg_hba, which believes what `clients` signs. Gives the authority of its own certificate, and the
    process."""
    cluster = one(manifests, "Cluster", "orders-db")["spec"]
    server = Authority(directory, "orders-db-ca")
    binaries = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    data = directory / "postgres"
    data.mkdir()
    shutil.chown(data, "postgres", "postgres")
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    run(
        *as_postgres,
        binaries / "initdb",
        "--pgdata",
        data,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        cwd="/",
    )
    own = server.sign(DATABASE_HOST, [DATABASE_HOST])
    for name, text in {
        "server.crt": own["tls.crt"],
        "server.key": own["tls.key"],
        "clients.crt": clients.certificate.read_text(),
    }.items():
        (data / name).write_text(text)
        shutil.chown(data / name, "postgres", "postgres")
        (data / name).chmod(0o600)
    (data / "pg_hba.conf").write_text("local all all trust\n" + "\n".join(cluster["postgresql"]["pg_hba"]) + "\n")
    options = {
        "listen_addresses": "127.0.0.1",
        "port": "5432",
        "unix_socket_directories": str(data),
        "ssl": "on",
        "ssl_ca_file": "clients.crt",
        "fsync": "off",
        "max_connections": cluster["postgresql"]["parameters"]["max_connections"],
    }
    command = [*as_postgres, str(binaries / "postgres"), "-D", str(data)]
    with open(directory / "postgres.log", "wb") as log:
        process = subprocess.Popen(
            [*command, *(f"-c{key}={value}" for key, value in options.items())], stdout=log, stderr=log, cwd="/"
        )
    until(
        "PostgreSQL",
        lambda: (data / ".s.PGSQL.5432").exists() and os.system(f"{binaries}/pg_isready -q -U postgres -h {data}") == 0,
    )
    first = cluster["bootstrap"]["initdb"]
    psql = [*as_postgres, binaries / "psql", "-q", "-h", data, "-U", "postgres"]
    run(
        *psql,
        "-c",
        f"CREATE ROLE {first['owner']} LOGIN",
        "-c",
        f"CREATE DATABASE {first['database']} OWNER {first['owner']}",
        cwd="/",
    )
    return server, process
