"""Asks for a job and takes it back, logs a run, notes a prediction: submit_job.py CLIENT_PROPERTIES

Needs: pip install ./clients/python
"""

import sys

import millrace


def main(client_properties):
    with millrace.connect(client_properties) as client:
        job = client.submit(team="vision", user="ada", gpus=2, command=["python3", "train.py"], limit_ms=3_600_000)
        print(job)
        client.cancel(job, reason="only an example")

        with client.start_run("digits", user="ada", params={"rate": 0.1}) as run:
            for step in range(1000):
                run.log_metrics({"loss": 1 / (step + 1)}, step=step)
        print(run.id)

        client.log_prediction("digits", "1", "request-17", features={"ink": 0.3, "pen": "blue"}, score=0.93, label="7")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
