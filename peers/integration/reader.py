"""Read the newest result as docs/results.md says, over and over, while results are written."""

import threading


def newest(dynamodb, table, sort_key):
    """The pointer of LATEST and the items that it leads to; (None, []) where there is none."""
    key = {"PK": {"S": "latest"}, "SK": {"S": sort_key}}
    pointer = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if pointer is None:
        return None, []
    items, start = [], {}
    while True:
        page = dynamodb.query(TableName=table, ConsistentRead=True, Limit=150, KeyConditionExpression="PK = :pk",
                              ExpressionAttributeValues={":pk": pointer["PartitionKey"]}, **start)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return pointer, items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


class Reader(threading.Thread):
    """Reads until it is told to stop, and holds each result against the version it names.

    versions has, by ETag, the place of a version in their order, and its result; what is read must
    be the whole result of one of them, and never of an older one than before."""

    def __init__(self, dynamodb, table, sort_key, versions, compare):
        super().__init__(daemon=True)
        self.dynamodb, self.table, self.sort_key, self.versions, self.compare = dynamodb, table, sort_key, versions, compare
        self.ended, self.error, self.reads, self.seen = threading.Event(), None, 0, []

    def once(self):
        pointer, items = newest(self.dynamodb, self.table, self.sort_key)
        if pointer is None:
            return
        manifest, groups = items[0], items[1:]
        assert manifest["SK"]["S"] == "#0#manifest", "the manifest is not the first item"
        assert len(groups) == int(manifest["Groups"]["N"]) == int(pointer["Groups"]["N"]), "not all items are there"
        assert all(item.pop("Run") == pointer["Run"] for item in items), "items of another Run"
        place, result = self.versions[manifest["ETag"]["S"]]
        self.compare(groups, result)
        assert not self.seen or place >= self.seen[-1], f"version {place} after {self.seen[-1]}"
        self.reads += 1
        if place not in self.seen:
            self.seen.append(place)

    def run(self):
        try:
            while not self.ended.is_set():
                self.once()
        except Exception as e:  # noqa: BLE001 - whatever it is, the case reports it
            self.error = e

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()
