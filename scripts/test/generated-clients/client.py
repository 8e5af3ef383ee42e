"""Signs in, subscribes, sends and reads with the clients that openapi-python-client made of the OpenAPI documents.

Usage: client.py <folder of the packages ap, sm and dsm> <AP's URL> <SM's URL> <DSM's URL>
Writes what it read as one line of JSON.
"""
import json
import sys

folder, ap_url, sm_url, dsm_url = sys.argv[1:]
sys.path.insert(0, folder)

import ap
import dsm
import sm
from ap.api.auth import get_me, login, register
from ap.models import LoginBody, Problem, RegisterBody, RegisterBodyRole, Tokens
from dsm.api.data import post_data
from dsm.api.history import get_data, get_series
from dsm.models import PostDataBody, PostDataBodyPayload
from sm.api.subscribers import list_subscribers
from sm.api.subscriptions import list_subscriptions, subscribe
from sm.models import ListSubscriptionsStatus, SubscribeBody

PASSWORD = 'correct horse battery'


def sign_in(username, role):
    anyone = ap.Client(base_url=ap_url, raise_on_unexpected_status=True)
    register.sync(client=anyone, body=RegisterBody(username=username, password=PASSWORD, role=role))
    refused = login.sync(client=anyone, body=LoginBody(username=username, password='wrong'))
    assert isinstance(refused, Problem) and refused.code == 'MOT_AP_BAD_CREDENTIALS', refused
    tokens = login.sync(client=anyone, body=LoginBody(username=username, password=PASSWORD))
    assert isinstance(tokens, Tokens), tokens
    return tokens


def signed_in(package, url, tokens):
    return package.AuthenticatedClient(base_url=url, token=tokens.access_token, raise_on_unexpected_status=True)


producer = sign_in('python-producer', RegisterBodyRole.PRODUCER)
consumer = sign_in('python-consumer', RegisterBodyRole.CONSUMER)
me = get_me.sync(client=signed_in(ap, ap_url, consumer))

consumer_at_sm = signed_in(sm, sm_url, consumer)
subscription = subscribe.sync(client=consumer_at_sm, body=SubscribeBody(producer_id=producer.user_id))
listed = list_subscriptions.sync(consumer.user_id, client=consumer_at_sm, status=ListSubscriptionsStatus.ACTIVE)
seen_by_producer = list_subscribers.sync(producer.user_id, client=signed_in(sm, sm_url, producer))

payload = PostDataBodyPayload.from_dict({'temperature': 21.5})
body = PostDataBody(producer_id=producer.user_id, payload=payload, device_id='attic')
accepted = post_data.sync(client=signed_in(dsm, dsm_url, producer), body=body)

consumer_at_dsm = signed_in(dsm, dsm_url, consumer)
page = get_data.sync(producer.user_id, client=consumer_at_dsm)
series = get_series.sync(producer.user_id, client=consumer_at_dsm, field='payload.temperature')

print(json.dumps({
    'role': me.role.value,
    'status': subscription.status.value,
    'subscriptions': len(listed.subscriptions),
    'subscribers': [subscriber.username for subscriber in seen_by_producer.subscribers],
    'subscriberCount': accepted.subscriber_count,
    'items': [{'offset': item.offset, 'device_id': item.device_id, 'payload': item.payload.to_dict()} for item in page.items],
    'points': [point.last for point in series.points],
}))
