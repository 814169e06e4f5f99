"""Processes of one job on several nodes find one another and add up what each has. Needs nothing but Python."""

import os
import socket
import time

PATIENCE_S = 60


def add_up(rank, world, mine):
    """Everybody's sum: the process of rank 0 listens at MASTER_ADDR:MASTER_PORT, the others come to it."""
    place = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    if rank == 0:
        with socket.create_server(place) as server:
            server.settimeout(PATIENCE_S)
            others = [server.accept()[0] for _ in range(world - 1)]
            total = mine + sum(int(other.makefile().readline()) for other in others)
            for other in others:
                with other:
                    other.sendall(f"{total}\n".encode())
            return total
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with socket.create_connection(place, timeout=PATIENCE_S) as master:
                master.sendall(f"{mine}\n".encode())
                return int(master.makefile().readline())
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)  # rank 0 is on its way


def main():
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    print(f"rank {rank} of {world}, GPUs {os.environ['MILLRACE_GPU_IDS']}", flush=True)
    print(f"the sum is {add_up(rank, world, (rank + 1) * 100)}", flush=True)


if __name__ == "__main__":
    main()
