"""Writes points with the official client of InfluxDB, as it is.

Usage: influx.py <DSM's URL> <token>. Writes what it saw as one line of JSON.
"""
import json
import sys

from influxdb_client import InfluxDBClient, Point, WriteOptions, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

url, token = sys.argv[1:]
TIME = 1769848200123456789


def point(n):
    return Point('climate').tag('device', 'attic-pi').tag('room', 'attic, west=1').field('n', n)


with InfluxDBClient(url=url, token=token, org='home', enable_gzip=True) as client:
    seen = {'ping': client.ping(), 'version': client.version()}
    write = client.write_api(write_options=SYNCHRONOUS)
    write.write(bucket='attic', record=(
        point(9223372036854775807).field('temperature', 0.1).field('zero', -0.0).field('large', 1e300)
        .field('on', True).field('text', 'a "quoted"\nline\\ ✓').time(TIME, WritePrecision.NS)
    ))
    write.write(bucket='attic', record=[point(1).time(1769848200123, WritePrecision.MS)],
                write_precision=WritePrecision.MS)
    try:
        write.write(bucket='attic', record='climate,device=attic-pi n=2i\nclimate n=\n')
        seen['refused'] = None
    except ApiException as error:
        seen['refused'] = {'status': error.status, **json.loads(error.body)}

with InfluxDBClient(url=url, token=token, org='home') as client:
    # The batching client collects points in the background and writes the rest when it is closed.
    with client.write_api(write_options=WriteOptions(batch_size=40, flush_interval=10_000)) as batching:
        for n in range(100):
            batching.write(bucket='attic', record=Point('batch').field('n', n).time(TIME + n, WritePrecision.NS))

with InfluxDBClient(url=url, token='wrong', org='home') as client:
    try:
        client.write_api(write_options=SYNCHRONOUS).write(bucket='attic', record='climate n=1i')
    except ApiException as error:
        seen['unauthorized'] = {'status': error.status, **json.loads(error.body)}

print(json.dumps(seen))
