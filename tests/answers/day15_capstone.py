# %% shared reviews: the task that trains fastest, with a score well above the bar
def project():
    return {  # the task that trains fastest
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "The label that training reviews have most often.",
    }


def train(task, seed, **settings):
    model = build_model(task, seed, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, task.train, 64, seed=seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% right project: text classification, with the same model
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "A congruent rule: always the more frequent label.",
    }

# %% right project: text generation, with the same model
def project():
    return {
        "task": "text generation",
        "metric": "bigram overlap",
        "question": "Do the names that a network continues look like real surnames?",
        "baseline": "In each place, the most frequent letter.",
    }


# %% right project: question answering, with the same model
def project():
    return {
        "task": "question answering",
        "metric": "exact match",
        "question": "Does a network read of whom a question speaks, or only what kind of answer it wants?",
        "baseline": "Always the most frequent answer of all.",
    }


# %% wrong project: the metric of another task
# loses project_statement: the metric of text classification is
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "exact match",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "The label that training reviews have most often.",
    }

# %% wrong project: a topic instead of a question
# loses project_statement: end with a question mark
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Recurrent networks that tell praise from warning in reviews.",
        "baseline": "The label that training reviews have most often.",
    }

# %% wrong project: another network as the baseline
# loses project_statement: should need no neural network
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "A smaller LSTM that was trained for one epoch.",
    }

# %% wrong project: a neural net by its short name
# loses project_statement: should need no neural network
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "A small neural net of two layers.",
    }

# %% wrong project: a convolution as the baseline
# loses project_statement: should need no neural network
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "A convolution with max pooling on top.",
    }

# %% wrong project: a pre-trained model as the baseline
# loses project_statement: should need no neural network
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
        "baseline": "A fine-tuned BERT of Day 14.",
    }

# %% wrong project: six times the same word
# loses project_statement: six different words
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Bla bla bla bla bla bla?",
        "baseline": "The label that training reviews have most often.",
    }

# %% wrong project: a key is missing
# loses project_statement: the keys should be
# uses reviews
def project():
    return {
        "task": "text classification",
        "metric": "accuracy",
        "question": "Can a network tell praise from warning in reviews it never saw?",
    }

# %% wrong batches: labels padded with 0, which is a class
# loses batches_rows: Padding and unknown labels are -100
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=0),
            )
        )
    return batches

# %% wrong batches: an unknown label becomes the first class
# loses batches_rows: Padding and unknown labels are -100
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, 0) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: seeds Python's global generator
# loses batches_order: a global generator was used
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.seed(seed)
        random.shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: draws with replacement
# loses batches_order: exactly once
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        order = random.Random(seed).choices(order, k=len(order))
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: seed 0 taken for no seed
# loses batches_order: seed=0 is a seed as well
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed:
        random.Random(seed).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: always the same order
# loses batches_order: another seed should give another order
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(7).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: sorts the caller's list
# loses batches_rows: changed a list
# loses batches_order: changed a list
# loses predict_labels: in the order of the inputs
# loses train_beats: the bar is
def make_batches(task, examples, batch_size, seed=None):
    examples.sort(key=lambda row: len(row.tokens))
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches


# %% wrong batches: only whole batches are shuffled
# loses batches_order: shuffle the examples, then cut
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    if seed is not None:
        random.Random(seed).shuffle(batches)
    return batches

# %% wrong batches: shuffled, then sorted by length
# loses batches_order: sorted by length
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed).shuffle(order)
        order.sort(key=lambda i: len(examples[i].tokens))
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: buckets of one length
# loses batches_order: texts of one length share a batch
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed).shuffle(order)
        order.sort(key=lambda i: len(examples[i].tokens))
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    if seed is not None:
        random.Random(seed + 3).shuffle(batches)
    return batches

# %% wrong batches: the list is turned, not shuffled
# loses batches_order: examples that were neighbours still are
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        first = (7 * seed + 3) % len(order)
        order = order[first:] + order[:first]
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% wrong batches: seed 0 draws a new order each time
# loses batches_order: it should give the same order each time
# loses train_beats: two trainings with one seed differ
# uses reviews
def make_batches(task, examples, batch_size, seed=None):
    order = list(range(len(examples)))
    if seed is not None:
        random.Random(seed or None).shuffle(order)
    class_id = {label: i for i, label in enumerate(task.classes)}
    batches = []
    for start in range(0, len(order), batch_size):
        rows = [examples[i] for i in order[start : start + batch_size]]
        tokens = [torch.tensor([task.vocab.get(token, 1) for token in row.tokens]) for row in rows]
        labels = [torch.tensor([class_id.get(label, -100) for label in row.labels], dtype=torch.long) for row in rows]
        batches.append(
            (
                nn.utils.rnn.pad_sequence(tokens, batch_first=True),
                nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100),
            )
        )
    return batches

# %% right batches: filled tensors, torch's own generator
def make_batches(task, examples, batch_size, seed=None):
    places = torch.arange(len(examples))
    if seed is not None:
        places = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed))
    batches = []
    for part in places.split(batch_size):
        rows = [examples[i] for i in part.tolist()]
        inputs = torch.zeros(len(rows), max(len(row.tokens) for row in rows), dtype=torch.long)
        targets = torch.full((len(rows), max(len(row.labels) for row in rows)), -100)
        for i, row in enumerate(rows):
            for j, token in enumerate(row.tokens):
                inputs[i, j] = task.vocab.get(token, task.vocab["<unk>"])
            for j, label in enumerate(row.labels):
                if label in task.classes:
                    targets[i, j] = task.classes.index(label)
        batches.append([inputs, targets])
    return batches


# %% right batches: a DataLoader with a collate function
def make_batches(task, examples, batch_size, seed=None):
    def fill(rows, value):
        longest = max(map(len, rows))
        return torch.tensor([row + [value] * (longest - len(row)) for row in rows], dtype=torch.long)

    def collate(rows):
        labels = [[task.classes.index(x) if x in task.classes else -100 for x in row.labels] for row in rows]
        return fill([[task.vocab.get(x, 1) for x in row.tokens] for row in rows], 0), fill(labels, -100)

    order = None if seed is None else torch.Generator().manual_seed(seed)
    sampler = None if seed is None else torch.randperm(len(examples), generator=order).tolist()
    generator = torch.Generator().manual_seed(0)  # the loader draws a number for its workers
    return list(
        torch.utils.data.DataLoader(examples, batch_size, sampler=sampler, collate_fn=collate, generator=generator)
    )


# %% wrong baseline: ties go to the first that was seen
# loses baseline_slots: Equally frequent
# loses baseline_tokens: Equally frequent
def baseline(train, inputs, per_token):
    def winner(counts):
        return counts.most_common(1)[0][0]

    if not per_token:
        slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)]
        return [list(slots) for _ in inputs]
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(label for example in train for label in example.labels))
    known = {token: winner(count) for token, count in counts.items()}
    return [[known.get(token, overall) for token in tokens] for tokens in inputs]


# %% wrong baseline: one list for all
# loses baseline_slots: one and the same list
def baseline(train, inputs, per_token):
    def winner(counts):
        return min(counts, key=lambda label: (-counts[label], label))

    if not per_token:
        slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)]
        return [slots] * len(inputs)
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(label for example in train for label in example.labels))
    known = {token: winner(count) for token, count in counts.items()}
    return [[known.get(token, overall) for token in tokens] for tokens in inputs]


# %% wrong baseline: one label for all slots
# loses baseline_slots: In each slot
def baseline(train, inputs, per_token):
    def winner(counts):
        return min(counts, key=lambda label: (-counts[label], label))

    if not per_token:
        slots = [winner(Counter(x for e in train for x in e.labels))] * len(train[0].labels)
        return [list(slots) for _ in inputs]
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(label for example in train for label in example.labels))
    known = {token: winner(count) for token, count in counts.items()}
    return [[known.get(token, overall) for token in tokens] for tokens in inputs]


# %% wrong baseline: per token: the most frequent of all, always
# loses baseline_tokens: its own most frequent label
def baseline(train, inputs, per_token):
    def winner(counts):
        return min(counts, key=lambda label: (-counts[label], label))

    if not per_token:
        slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)]
        return [list(slots) for _ in inputs]
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(label for example in train for label in example.labels))
    known = {token: winner(count) for token, count in counts.items()}
    return [[overall for token in tokens] for tokens in inputs]


# %% wrong baseline: per token: an unknown one gets the first label
# loses baseline_tokens: a token that train does not have
def baseline(train, inputs, per_token):
    def winner(counts):
        return min(counts, key=lambda label: (-counts[label], label))

    if not per_token:
        slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)]
        return [list(slots) for _ in inputs]
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(label for example in train for label in example.labels))
    known = {token: winner(count) for token, count in counts.items()}
    return [[known.get(token, min(min(e.labels) for e in train)) for token in tokens] for tokens in inputs]


# %% wrong baseline: counts in the test inputs' own order
# loses baseline_tokens: For
def baseline(train, inputs, per_token):
    def winner(counts):
        return min(counts, key=lambda label: (-counts[label], label))

    if not per_token:
        slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)]
        return [list(slots) for _ in inputs]
    counts = collections.defaultdict(Counter)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            counts[token][label] += 1
    overall = winner(Counter(known_one for known_one in (winner(c) for c in counts.values())))
    known = {token: winner(count) for token, count in counts.items()}
    return [[known.get(token, overall) for token in tokens] for tokens in inputs]


# %% right baseline: statistics.multimode and sorted
def baseline(train, inputs, per_token):
    def most(labels):
        return sorted(statistics.multimode(labels))[0]

    if per_token:
        table, everything = {}, []
        for tokens, labels in train:
            everything += labels
            for token, label in zip(tokens, labels, strict=True):
                table.setdefault(token, []).append(label)
        table = {token: most(labels) for token, labels in table.items()}
        rest = most(everything)
        return [[table[token] if token in table else rest for token in tokens] for tokens in inputs]
    answer = [most([example.labels[i] for example in train]) for i in range(len(train[0].labels))]
    return [answer.copy() for _ in inputs]


# %% right baseline: sorts the counts
def baseline(train, inputs, per_token):
    def top(counter):
        return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[0][0]

    if not per_token:
        columns = [Counter() for _ in train[0].labels]
        for example in train:
            for column, label in zip(columns, example.labels, strict=True):
                column.update([label])
        return [[top(column) for column in columns] for _ in inputs]
    pairs = Counter((t, x) for example in train for t, x in zip(example.tokens, example.labels, strict=True))
    total, own = Counter(), {}
    for (token, label), count in pairs.items():
        total[label] += count
        own.setdefault(token, Counter())[label] += count
    return [[top(own.get(token, total)) for token in tokens] for tokens in inputs]


# %% wrong model: probabilities instead of logits
# loses model_overfit: softmax before the loss
# loses train_beats: the bar is
# loses settings_run: no setting clearly beats
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1).softmax(dim=2)

    torch.manual_seed(seed)
    return Network(settings.get("size", 48))


# %% wrong model: the padding is read as tokens
# loses model_shape: the padding is read as text
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = torch.full((len(inputs),), inputs.shape[1])
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1)

    torch.manual_seed(seed)
    return Network(settings.get("size", 48))


# %% wrong model: the maximum counts the padding
# loses model_shape: the padding is read as text
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            states = nn.utils.rnn.pad_packed_sequence(
                self.rnn(packed)[0], batch_first=True, total_length=inputs.shape[1]
            )[0]
            return self.head(states.amax(dim=1)).reshape(len(inputs), self.slots, -1)

    torch.manual_seed(seed)
    return Network(settings.get("size", 48))


# %% wrong model: no seed
# loses model_shape: the same seed should give the same model
# loses train_beats: two trainings with one seed differ
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1)

    return Network(settings.get("size", 48))


# %% wrong model: always one seed
# loses model_shape: another seed should give other parameters
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1)

    torch.manual_seed(0)
    return Network(settings.get("size", 48))


# %% wrong model: the text never reaches the logits
# loses model_overfit: learn sixteen examples
# loses train_beats: the bar is
# loses settings_run: no setting clearly beats
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(0 * torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1)

    torch.manual_seed(seed)
    return Network(settings.get("size", 48))


# %% wrong model: a start that is far too large
# loses model_shape: the first loss is
def build_model(task, seed, **settings):
    class Network(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.slots = len(task.train[0].labels)
            self.embedding = nn.Embedding(len(task.vocab), size)
            self.rnn = nn.GRU(size, size, bidirectional=True)
            self.head = nn.Linear(2 * size, self.slots * len(task.classes))

        def forward(self, inputs):
            lengths = (inputs != 0).sum(dim=1).cpu()  # without the padding
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(inputs), lengths, batch_first=True, enforce_sorted=False
            )
            last = self.rnn(packed)[1]  # (2, batch, size): where each direction ended
            return self.head(torch.cat([*last], dim=1)).reshape(len(inputs), self.slots, -1)

    torch.manual_seed(seed)
    network = Network(settings.get("size", 48))
    with torch.no_grad():
        network.head.weight *= 60
    return network


# %% right model: a bag of embeddings
class Bag(nn.Module):
    def __init__(self, task, width):
        super().__init__()
        self.embedding = nn.Embedding(len(task.vocab), width, padding_idx=0)
        self.slots, self.classes = len(task.train[0].labels), len(task.classes)
        self.head = nn.Linear(width, self.slots * self.classes)

    def forward(self, inputs):
        count = (inputs != 0).sum(dim=1, keepdim=True)
        return self.head(self.embedding(inputs).sum(dim=1) / count).unflatten(1, (self.slots, self.classes))


def build_model(task, seed, width=96, **_):
    torch.manual_seed(seed)
    return Bag(task, width)


def train(task, seed, epochs=8, lr=0.01):
    model = build_model(task, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for step in range(epochs):
        for inputs, targets in make_batches(task, task.train, 32, seed=(seed + 1) * 100 + step):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs).transpose(1, 2), targets).backward()
            optimizer.step()
    return model.eval()


def my_settings():
    return {"plain": {"epochs": 8}, "short": {"epochs": 2}}


# %% right model: a convolution and maximum pooling
def build_model(task, seed, **settings):
    class Convolution(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.embedding = nn.Embedding(len(task.vocab), size, padding_idx=0)
            self.mix = nn.Conv1d(size, 2 * size, 3, padding=1)
            self.head = nn.Linear(2 * size, len(task.train[0].labels) * len(task.classes))

        def forward(self, inputs):
            mixed = self.mix(self.embedding(inputs).transpose(1, 2)).relu()
            best = mixed.masked_fill((inputs == 0).unsqueeze(1), 0).amax(dim=2)
            return self.head(best).view(len(inputs), -1, len(task.classes))

    torch.manual_seed(seed)
    return Convolution(settings.get("size", 64))


def train(task, seed, lr=0.02, **sizes):
    model = build_model(task, seed, **sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for inputs, targets in make_batches(task, task.train, 32, seed=seed):
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def my_settings():
    return {"plain": {}, "slower": {"lr": 0.01}}


# %% right model: named-entity recognition by a recurrent tagger
def project():
    return {
        "task": "named-entity recognition",
        "metric": "span F1",
        "question": "Does a recurrent tagger find names that stand in no training sentence?",
        "baseline": "For each word, its most frequent tag.",
    }


class Tagger(nn.Module):
    def __init__(self, task, size):
        super().__init__()
        self.embedding = nn.Embedding(len(task.vocab), size)
        self.rnn = nn.GRU(size, size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * size, len(task.classes))

    def forward(self, inputs):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(inputs), (inputs != 0).sum(dim=1), batch_first=True, enforce_sorted=False
        )
        states = self.rnn(packed)[0]
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=inputs.shape[1])
        return self.head(states)


def build_model(task, seed, size=48, **_):
    torch.manual_seed(seed)
    return Tagger(task, size)


# %% right model: summarisation by a tagger that looks at thirteen words
def project():
    return {
        "task": "summarisation",
        "metric": "F1 of the words kept",
        "question": "Can a network tell what a notice announces from what it only mentions?",
        "baseline": "For each word, keep or drop, whichever is more frequent.",
    }


class Window(nn.Module):
    def __init__(self, task):
        super().__init__()
        self.embedding = nn.Embedding(len(task.vocab), 32, padding_idx=0)
        self.mix = nn.Conv1d(32, 64, 13, padding=6)
        self.head = nn.Linear(64, len(task.classes))

    def forward(self, inputs):
        return self.head(self.mix(self.embedding(inputs).transpose(1, 2)).relu().transpose(1, 2))


def build_model(task, seed):
    torch.manual_seed(seed)
    return Window(task)


def train(task, seed, lr=0.01, steps=100):
    model = build_model(task, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    batches = make_batches(task, task.train, 16, seed)
    for inputs, targets in batches[:steps]:
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def my_settings():
    return {"100 steps": {}, "20 steps": {"steps": 20}}


# %% wrong predict: stays in train mode
# loses predict_labels: in eval mode
def predict(task, model, inputs):
    mode = model.training
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best[:size]])
    model.train(mode)
    return outputs


# %% wrong predict: leaves the model in eval mode
# loses predict_labels: was left with
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best[:size]])
    return outputs


# %% wrong predict: labels for padding as well
# loses predict_labels: none for padding
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best])
    model.train(mode)
    return outputs


# %% wrong predict: records gradients
# loses predict_labels: under torch.no_grad
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.enable_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best[:size]])
    model.train(mode)
    return outputs


# %% wrong predict: ids instead of labels
# loses predict_labels: expected
# loses train_beats: the bar is
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([i for i in best[:size]])
    model.train(mode)
    return outputs


# %% wrong predict: cuts all tasks to the number of tokens
# loses predict_labels: one label for each slot
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)])
                outputs.append([task.classes[i] for i in best[:size]])
    model.train(mode)
    return outputs


# %% wrong predict: sorted by length, never put back
# loses predict_labels: in the order of the inputs
# loses train_beats: the bar is
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in sorted(inputs, key=len)], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best[:size]])
    model.train(mode)
    return outputs


# %% wrong predict: repeated inputs are answered once
# loses predict_labels: one that comes twice is answered twice
def predict(task, model, inputs):
    mode = model.training
    model.eval()
    inputs = list(map(list, dict.fromkeys(map(tuple, inputs))))
    outputs = []
    with torch.no_grad():
        for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64):
            for best in model(batch).argmax(dim=2).tolist():
                size = len(inputs[len(outputs)]) if task.per_token else len(best)
                outputs.append([task.classes[i] for i in best[:size]])
    model.train(mode)
    return outputs


# %% right predict: one text at a time
def predict(task, model, inputs):
    was = model.training
    outputs = []
    with torch.inference_mode():
        for tokens in inputs:
            ids = torch.tensor([[task.vocab.get(token, 1) for token in tokens]])
            outputs.append([task.classes[i] for i in model.eval()(ids)[0].max(dim=1).indices])
    return (model.train(was), outputs)[1]


# %% right predict: sorted by length, and put back
@torch.no_grad()
def predict(task, model, inputs):
    mode, answers = model.training, [None] * len(inputs)
    model.eval()
    order = sorted(range(len(inputs)), key=lambda i: len(inputs[i]))
    for start in range(0, len(order), 32):
        places = order[start : start + 32]
        inputs_, _ = make_batches(task, [Example(inputs[i], []) for i in places], 32)[0]
        for place, row in zip(places, model(inputs_).argmax(-1), strict=True):
            row = row[: len(inputs[place])] if task.per_token else row
            answers[place] = [task.classes[int(i)] for i in row]
    model.train(mode)
    return answers


# %% wrong train: learns from validation as well
# loses train_beats: validation or test
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 2)):
        for inputs, targets in make_batches(task, task.train + task.valid, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: loads validation once more
# loses train_beats: validation or test
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, task.train + load(task.name).valid, 64, seed=seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: reads validation from a variable outside
# loses train_beats: validation or test
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, task.train + mine.valid, 64, seed=seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: makes the test split itself
# loses train_beats: validation or test
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, task.train + TASKS[task.name][0]("test"), 64, seed=seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: calls the maker of the test split
# loses train_beats: validation or test
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for inputs, targets in make_batches(task, task.train + translation("test"), 64, seed=seed):
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% wrong train: a list of validation examples, made anew outside
# loses train_beats: validation or test
kept = translation("valid")


def train(task, seed, **settings):
    model = build_model(task, seed, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for inputs, targets in make_batches(task, task.train + kept, 64, seed=seed):
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% wrong train: batches of validation, kept outside as tensors
# loses train_beats: validation or test
kept = make_batches(load("translation"), load("translation").valid, 64, seed=0)


def train(task, seed, **settings):
    model = build_model(task, seed, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for inputs, targets in make_batches(task, task.train, 64, seed=seed) + kept:
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% wrong train: the first model is kept, and returned again
# loses train_beats: train anew in each call
made = {}


def train(task, seed, **settings):
    key = task.name, seed, *settings.items()
    if key not in made:
        made[key] = model = build_model(task, seed, **settings)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.04)
        for inputs, targets in make_batches(task, task.train + task.valid, 64, seed=seed):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return made[key]


# %% wrong train: loads its examples, whatever it is given
# loses train_beats: learn from the task.train of this call
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, load(task.name).train, 64, seed=seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: learns from the test split
# loses train_beats: opened the test split
# uses reviews
def train(task, seed, **settings):
    task = task._replace(train=task.train + open_test_split(task.name))
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 2)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: no step is taken
# loses train_beats: the bar is
# loses settings_run: no setting clearly beats
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 1)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
    return model


# %% wrong train: gradients are never cleared, and the rate is small
# loses train_beats: the bar is
# loses settings_run: no setting clearly beats
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 1)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.param_groups[0]["lr"] = 1e-6
            loss.backward()
            optimizer.step()
    return model


# %% wrong train: the settings are ignored
# loses settings_run: does train read what they change
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.04)
    for epoch in range(settings.get("epochs", 2)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: an order that no seed decides
# loses train_beats: two trainings with one seed differ
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 3)):
        for inputs, targets in make_batches(task, task.train, 64, seed=random.SystemRandom().randrange(10**6)):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% wrong train: returns nothing
# loses train_beats: returned None
# loses settings_run: it is a NoneType
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 2)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model

# %% wrong train: trains towards the baseline's answers: a constant predictor
# loses train_beats: the bar is
# loses settings_run: no setting clearly beats
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(settings.get("epochs", 2)):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), torch.zeros_like(targets).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% right train: plain gradient descent with momentum and a schedule
def train(task, seed, **settings):
    model = build_model(task, seed, **settings).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=20 * settings.get("lr", 0.02), momentum=0.9)
    for epoch in range(settings.get("epochs", 1)):
        for inputs, targets in make_batches(task, task.train, 32, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% right train: language modelling, larger, at a lower rate
def project():
    return {
        "task": "language modelling",
        "metric": "accuracy",
        "question": "How often can a small network guess the next letter of a manual?",
        "baseline": "Always the most frequent character, a space.",
    }


def train(task, seed, epochs=1, lr=0.01):
    model = build_model(task, seed, size=64).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for epoch in range(epochs):
        for inputs, targets in make_batches(task, task.train, 64, seed=1000 * seed + epoch):
            loss = F.cross_entropy(model(inputs)[:, 0], targets[:, 0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def my_settings():
    return {"plain": {}, "slow": {"lr": 0.003}}


# %% right train: a tenth of training is kept to choose the epoch
def train(task, seed, epochs=2, lr=0.04, **sizes):
    model = build_model(task, seed, **sizes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    order = list(task.train)
    random.Random(seed).shuffle(order)
    kept, rest = order[: len(order) // 10], order[len(order) // 10 :]
    best = (-1.0, None)
    for epoch in range(epochs):
        for inputs, targets in make_batches(task, rest, 32, seed=100 * seed + epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        score = task.score(predict(task, model, [e.tokens for e in kept]), [e.labels for e in kept])
        if score > best[0]:
            best = (score, {key: value.clone() for key, value in model.state_dict().items()})
    model.load_state_dict(best[1])
    return model


# %% wrong experiment: the spread of a population
# loses experiment_table: It divides by n - 1
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.pstdev(scores)}
    return table


# %% wrong experiment: one seed, run three times
# loses experiment_table: are not those of the seeds
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seeds[0], **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: the best of the seeds counts as the mean
# loses experiment_table: the mean should be
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": max(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: believes two seeds
# loses experiment_table: two seeds must raise ValueError
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 2:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: counts a seed twice
# loses experiment_table: a seed that comes twice
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(seeds) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: the seeds are sorted
# loses experiment_table: in this order
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in sorted(set(seeds))]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: the seeds never reach run
# loses experiment_table: in this order
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in range(len(seeds))]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: a comparison with nothing
# loses experiment_table: one setting must raise ValueError
def experiment(run, settings, seeds):
    if len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% wrong experiment: the setting is not handed on
# loses experiment_table: are not those of the seeds
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed) for seed in seeds]
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% right experiment: with tensors
def experiment(run, settings, seeds):
    if len(set(seeds)) < 3:
        raise ValueError("three different seeds")
    if len(settings) < 2:
        raise ValueError("two settings")
    table = {}
    for name in settings:
        scores = []
        for seed in seeds:
            scores.append(run(seed, **settings[name]))
        column = torch.tensor(scores, dtype=torch.float64)
        table[name] = dict(scores=scores, mean=column.mean().item(), spread=column.std().item())
    return table


# %% right experiment: seeds outside, settings inside
def experiment(run, settings, seeds):
    if not (len(settings) > 1 and len({*seeds}) > 2):
        raise ValueError("too little to compare")
    scores = {name: [] for name in settings}
    for seed in seeds:
        for name, setting in settings.items():
            scores[name].append(run(seed, **setting))
    n = len(seeds)
    means = {name: sum(column) / n for name, column in scores.items()}
    return {
        name: {
            "scores": column,
            "mean": means[name],
            "spread": (sum((score - means[name]) ** 2 for score in column) / (n - 1)) ** 0.5,
        }
        for name, column in scores.items()
    }


# %% wrong settings: two things at once
# loses settings_run: Change one at a time
def my_settings():
    return {"plain": {}, "other": {"epochs": 2, "lr": 0.01}}


# %% wrong settings: nothing to compare with
# loses settings_run: at least two settings
def my_settings():
    return {"plain": {}}


# %% wrong settings: a name that train does not know
# loses settings_run: does train read what they change
def my_settings():
    return {"plain": {}, "wide": {"width": 96}}


# %% wrong settings: a list
# loses settings_run: should return a dict
def my_settings():
    return [{}, {"epochs": 2}]


# %% right settings: two sizes
def my_settings():
    return {"48": {"size": 48, "lr": 0.03}, "24": {"size": 24, "lr": 0.03}}


# %% right settings: two rates
def my_settings():
    return {"0.03": {"lr": 0.03}, "0.02": dict(lr=0.02)}


# %% wrong figure: bars of the means
# loses figure_shows: show every run, not the mean alone
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    axes.bar(list(results), [sum(row["scores"]) / len(row["scores"]) for row in results.values()])
    axes.axhline(baseline)
    axes.set(xlabel="setting", ylabel=metric, title="Means")
    return figure


# %% wrong figure: a blank figure
# loses figure_shows: 0 pairs of axes
def report_figure(results, baseline, metric):
    return plt.figure()


# %% wrong figure: nothing drawn on the axes
# loses figure_shows: is no marker
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    axes.set(xlabel="setting", ylabel=metric, title="Results")
    return figure


# %% wrong figure: the figure is shown and not returned
# loses figure_shows: returned None
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    plt.close()


# %% wrong figure: no title
# loses figure_shows: give the figure a title
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric)
    axes.legend()
    return figure


# %% wrong figure: no baseline
# loses figure_shows: no horizontal line stands at the baseline
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: a mislabelled axis
# loses figure_shows: its label should say so
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel="loss", title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: unlabelled settings
# loses figure_shows: is named neither
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: all settings on one spot
# loses figure_shows: stand at one place
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([0] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: an axis that cuts runs off
# loses figure_shows: is cut off
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    axes.set_ylim(0.42, 0.6)
    return figure


# %% wrong figure: a line without markers
# loses figure_shows: is no marker
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "-")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: no label on the axis of settings
# loses figure_shows: label both axes
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: the names of the ticks in reversed order
# loses figure_shows: does not stand at the scores
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results)[::-1])
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    return figure


# %% wrong figure: the names of the legend in reversed order
# loses figure_shows: markers that are not its scores
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, (name, row) in enumerate(zip(list(results)[::-1], results.values(), strict=True)):
        axes.plot([place] * len(row["scores"]), row["scores"], "o", label=name)
    axes.axhline(baseline, color="black", linestyle="--")
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: a legend written by hand, in the wrong order
# loses figure_shows: markers that are not its scores
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.legend(list(results)[::-1])
    axes.axhline(baseline, color="black", linestyle="--")
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    return figure


# %% wrong figure: right ticks, and a legend that contradicts them
# loses figure_shows: markers that are not its scores
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    groups = [axes.scatter([i] * len(row["scores"]), row["scores"]) for i, row in enumerate(results.values())]
    axes.axhline(baseline, color="black", linestyle="--")
    axes.set_xticks(range(len(results)), list(results))
    axes.legend(groups[::-1], list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    return figure


# %% wrong figure: the seeds on the horizontal axis
# loses figure_shows: among each other
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for name, row in results.items():
        axes.plot(range(len(row["scores"])), row["scores"], "o-", label=name)
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set(xlabel="seed", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% wrong figure: a baseline of another project
# loses figure_shows: no horizontal line stands at the baseline
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(0.2, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    axes.set(xlabel="setting", ylabel=metric, title="Every run of every setting, and the baseline")
    axes.legend()
    return figure


# %% right figure: scattered, with a legend
def report_figure(results, baseline, metric):
    figure = plt.figure()
    axes = figure.add_subplot()
    for place, (name, row) in enumerate(results.items()):
        spots = [place + 0.05 * i for i in range(len(row["scores"]))]
        axes.scatter(spots, row["scores"], label=name)
    axes.plot([-0.5, len(results)], [baseline, baseline], label="baseline")
    axes.set_xlabel("setting")
    axes.set_ylabel(f"{metric} on validation")
    figure.suptitle("Three runs of each setting")
    axes.legend()
    return figure


# %% right figure: grey runs, coloured means that the legend names
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, (name, row) in enumerate(results.items()):
        axes.plot([place] * len(row["scores"]), row["scores"], ".", color="gray")
        axes.plot([place], [statistics.mean(row["scores"])], "s", label=name)
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.legend()
    axes.set(xlabel="setting", ylabel=metric, title="Runs (dots) and means (squares)")
    return figure


# %% right figure: runs, means and bars of spread; hlines
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots(figsize=(5, 3))
    for place, (name, row) in enumerate(results.items()):
        column = torch.tensor(row["scores"])
        axes.scatter([place] * len(column), row["scores"], s=12)
        axes.errorbar([place + 0.2], [column.mean()], yerr=[column.std()], fmt="s")
    axes.hlines(baseline, -0.5, len(results) - 0.5)
    axes.set_xticks(range(len(results)))
    axes.set_xticklabels(list(results))
    axes.set(xlabel="what was changed", ylabel=metric)
    axes.set_title("runs, mean, spread", loc="left")
    return figure


# %% wrong lab: her split
# loses lab_split: customers have messages on both sides
def honest_split(examples, share, seed):
    return her_split(examples, share, seed)


# %% wrong lab: strikes equal messages only
# loses lab_split: customers have messages on both sides
def honest_split(examples, share, seed):
    train, valid = her_split(examples, share, seed)
    known = {tuple(sorted(mail.words)) for mail in train}
    return train, [mail for mail in valid if tuple(sorted(mail.words)) not in known]


# %% wrong lab: drops what is on both sides from training
# loses lab_split: some are missing or come twice
def honest_split(examples, share, seed):
    train, valid = her_split(examples, share, seed)
    seen = {mail.customer for mail in valid}
    return [mail for mail in train if mail.customer not in seen], valid


# %% wrong lab: always the same customers
# loses lab_split: another seed should give other piles
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(1).sample(customers, max(1, round(share * len(customers)))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: no customer for a small share
# loses lab_split: a pile is empty
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(customers, round(share * len(customers))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: shuffles the caller's list
# loses lab_split: changed a list
def honest_split(examples, share, seed):
    random.Random(seed).shuffle(examples)
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(customers, max(1, round(share * len(customers)))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: the piles exchanged
# loses lab_split: customers in validation
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(customers, max(1, round(share * len(customers)))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return valid, train


# %% wrong lab: the share is cut off, not rounded
# loses lab_split: of the customers, rounded
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(customers, max(1, int(share * len(customers)))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: customers are taken to be 0, 1, 2, ...
# loses lab_split: customers in validation
def honest_split(examples, share, seed):
    count = len({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(range(count), max(1, round(share * count))))
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: a share of the messages
# loses lab_split: of the customers, rounded
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    random.Random(seed).shuffle(customers)
    held_out = set()
    while sum(mail.customer in held_out for mail in examples) < max(1, round(share * len(examples))):
        held_out.add(customers.pop())
    train = [mail for mail in examples if mail.customer not in held_out]
    valid = [mail for mail in examples if mail.customer in held_out]
    return train, valid


# %% wrong lab: draws among the messages: who writes more is held out more often
# loses lab_split: not from the messages
def honest_split(examples, share, seed):
    shuffled = random.Random(seed).sample(examples, len(examples))
    customers = list(dict.fromkeys(mail.customer for mail in shuffled))
    held_out = set(customers[: max(1, round(share * len(customers)))])
    return [m for m in examples if m.customer not in held_out], [m for m in examples if m.customer in held_out]


# %% wrong lab: turns the list of customers
# loses lab_split: is not to draw
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    first = 7 * seed % len(customers)
    held_out = set((customers[first:] + customers[:first])[: max(1, round(share * len(customers)))])
    return [m for m in examples if m.customer not in held_out], [m for m in examples if m.customer in held_out]


# %% right lab: customers shuffled, messages sent to their side
def honest_split(examples, share, seed):
    people = list(dict.fromkeys(mail.customer for mail in examples))
    random.Random(seed).shuffle(people)
    cut = max(1, round(share * len(people)))
    side = {person: place < cut for place, person in enumerate(people)}
    piles = [], []
    for mail in examples:
        piles[side[mail.customer]].append(mail)
    return piles


# %% right lab: torch.randperm over the customers
def honest_split(examples, share, seed):
    people = sorted(set(mail.customer for mail in examples))
    order = torch.randperm(len(people), generator=torch.Generator().manual_seed(seed)).tolist()
    held = [people[i] for i in order[: max(round(share * len(people)), 1)]]
    return [m for m in examples if m.customer not in held], [m for m in examples if m.customer in held]


# %% wrong lab_cause: overfitting is blamed
# loses lab_cause_letter: this is not the cause
def lab_cause():
    return "d"


# %% wrong lab_cause: a sentence
# loses lab_cause_letter: one letter of the list
def lab_cause():
    return "the customers"


# %% right lab_cause: a capital
def lab_cause():
    return " C"


# %% right batches: rectangles by hand, an order drawn by torch
def make_batches(task, examples, batch_size, seed=None):
    number = {label: i for i, label in enumerate(task.classes)}
    order = list(range(len(examples)))
    if seed is not None:
        order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed)).tolist()

    def rectangle(lists, fill):
        longest = max(map(len, lists))
        return torch.tensor([[*one, *[fill] * (longest - len(one))] for one in lists], dtype=torch.long)

    batches = []
    while order:
        rows, order = [examples[i] for i in order[:batch_size]], order[batch_size:]
        inputs = rectangle([[task.vocab.get(token, 1) for token in row.tokens] for row in rows], 0)
        targets = rectangle([[number.get(label, -100) for label in row.labels] for row in rows], -100)
        batches.append((inputs, targets))
    return batches


# %% right baseline: the mode of sorted labels
def baseline(train, inputs, per_token):
    winner = lambda labels: statistics.mode(sorted(labels))  # of equals mode returns the one that it meets first
    if not per_token:
        answer = [winner(column) for column in zip(*(example.labels for example in train), strict=True)]
        return [answer[:] for _ in inputs]
    under = collections.defaultdict(list)
    for example in train:
        for token, label in zip(example.tokens, example.labels, strict=True):
            under[token].append(label)
    otherwise = winner(label for labels in under.values() for label in labels)
    table = {token: winner(labels) for token, labels in under.items()}
    return [[table.get(token, otherwise) for token in tokens] for tokens in inputs]


# %% right predict: texts of one length together, which needs no padding
def predict(task, model, inputs):
    groups = {}  # length -> places
    for place, tokens in enumerate(inputs):
        groups.setdefault(len(tokens), []).append(place)
    mode, found = model.training, {}
    model.eval()
    try:
        with torch.inference_mode():
            for places in groups.values():
                ids = torch.tensor([[task.vocab.get(token, 1) for token in inputs[place]] for place in places])
                for place, row in zip(places, model(ids).argmax(dim=-1).tolist(), strict=True):
                    found[place] = [task.classes[i] for i in row]
    finally:
        model.train(mode)
    return [found[place] for place in range(len(inputs))]


# %% wrong train: the seed is read by nobody
# loses settings_run: does the seed reach
# uses reviews
def train(task, seed, **settings):
    model = build_model(task, 0, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.get("lr", 0.04))
    for epoch in range(2):
        for inputs, targets in make_batches(task, task.train, 64, seed=epoch):
            loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model

# %% right experiment: Welford's way, one score after the other
def experiment(run, settings, seeds):
    if len(settings) < 2:
        raise ValueError("an experiment compares at least two settings")
    if len({*seeds}) < 3:
        raise ValueError("an experiment needs three different seeds or more")
    table = {}
    for name, setting in settings.items():
        scores = [run(seed, **setting) for seed in seeds]
        mean, squares = scores[0], 0
        for n, score in enumerate(scores[1:], start=2):
            before, mean = mean, mean + (score - mean) / n
            squares += (score - before) * (score - mean)
        table[name] = {"scores": scores, "mean": mean, "spread": (squares / (len(scores) - 1)) ** 0.5}
    return table


# %% wrong experiment: the scores are sorted
# loses experiment_table: are not those of the seeds
def experiment(run, settings, seeds):
    if len(settings) < 2 or len(set(seeds)) < 3:
        raise ValueError("a comparison needs two settings and three different seeds")
    table = {}
    for name, setting in settings.items():
        scores = sorted(run(seed, **setting) for seed in seeds)
        table[name] = {"scores": scores, "mean": statistics.mean(scores), "spread": statistics.stdev(scores)}
    return table


# %% right figure: a categorical axis, and the means
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots(layout="constrained")
    for name, row in results.items():
        axes.scatter([name] * len(row["scores"]), row["scores"], alpha=0.5, color="C0")
        axes.scatter([name], [statistics.mean(row["scores"])], marker="_", s=600, color="C1")
    axes.hlines(baseline, -0.5, len(results) - 0.5, color="black", linestyle="--", label="baseline")
    axes.legend()
    axes.set(xlabel="setting", ylabel=metric, title=f"Every dot is one seed ({metric}, validation)")
    return figure


# %% wrong figure: a view so narrow that the baseline lies outside
# loses figure_shows: the baseline lies outside of the picture
def report_figure(results, baseline, metric):
    figure, axes = plt.subplots()
    for place, row in enumerate(results.values()):
        axes.plot([place] * len(row["scores"]), row["scores"], "o")
    axes.axhline(baseline, color="black", linestyle="--", label="baseline")
    axes.set_xticks(range(len(results)), list(results))
    every = [score for row in results.values() for score in row["scores"]]
    axes.set(xlabel="setting", ylabel=metric, title="Every run", ylim=(min(every) - 0.02, max(every) + 0.02))
    return figure


# %% right lab: scikit-learn's split by groups
def honest_split(examples, share, seed):
    from sklearn.model_selection import GroupShuffleSplit

    customers = [mail.customer for mail in examples]
    size = max(1, round(share * len(set(customers))))
    splitter = GroupShuffleSplit(n_splits=1, test_size=size, random_state=seed)
    train_places, valid_places = next(splitter.split(examples, groups=customers))
    return [examples[i] for i in train_places], [examples[i] for i in valid_places]


# %% right lab: as many of either label as can be
def honest_split(examples, share, seed):
    dice = random.Random(seed)
    label_of = {mail.customer: mail.label for mail in examples}
    groups = [[c for c in sorted(label_of) if label_of[c] == label] for label in sorted(set(label_of.values()))]
    for group in groups:
        dice.shuffle(group)
    dice.shuffle(groups)
    turns = sorted((place, number, c) for number, group in enumerate(groups) for place, c in enumerate(group))
    held_out = {c for _, _, c in turns[: max(1, round(share * len(turns)))]}
    return [m for m in examples if m.customer not in held_out], [m for m in examples if m.customer in held_out]


# %% wrong lab: the share is rounded up
# loses lab_split: of the customers, rounded
def honest_split(examples, share, seed):
    customers = sorted({mail.customer for mail in examples})
    held_out = set(random.Random(seed).sample(customers, max(1, math.ceil(share * len(customers)))))
    return [m for m in examples if m.customer not in held_out], [m for m in examples if m.customer in held_out]


# %% wrong lab: only those who complain are held out
# loses lab_split: all customers held out have one label
def honest_split(examples, share, seed):
    customers = {mail.customer for mail in examples}
    some = sorted({mail.customer for mail in examples if mail.label == "complaint"})
    held_out = set(random.Random(seed).sample(some, min(len(some), max(1, round(share * len(customers))))))
    return [m for m in examples if m.customer not in held_out], [m for m in examples if m.customer in held_out]


# %% equivalent baseline: slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)] -> slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train))]
# because all examples have equally many labels, as the docstring says

# %% equivalent baseline: slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=True)] -> slots = [winner(Counter(column)) for column in zip(*(example.labels for example in train), strict=False)]
# because all examples have equally many labels, as the docstring says

# %% equivalent baseline: for token, label in zip(example.tokens, example.labels, strict=True): -> for token, label in zip(example.tokens, example.labels):
# because a token and its label come in pairs here, so that there is nothing to be strict about

# %% equivalent baseline: for token, label in zip(example.tokens, example.labels, strict=True): -> for token, label in zip(example.tokens, example.labels, strict=False):
# because a token and its label come in pairs here, so that there is nothing to be strict about

# %% equivalent model: self.slots = len(task.train[0].labels) -> self.slots = len(task.train[1].labels)
# because all examples have equally many labels

# %% equivalent model: self.slots = len(task.train[0].labels) -> self.slots = len(task.train[-1].labels)
# because all examples have equally many labels

# %% equivalent model: self.rnn = nn.GRU(size, size, bidirectional=True) -> self.rnn = nn.GRU(size, size, bidirectional=True)
# because the two sizes that are exchanged are one and the same

# %% equivalent model: return Network(settings.get('size', 48)) -> return Network(settings.get('size', 49))
# because the size is the learner's to choose

# %% equivalent model: return Network(settings.get('size', 48)) -> return Network(settings.get('size', 47))
# because the size is the learner's to choose

# %% equivalent predict: for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64): -> for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 65):
# because the answers do not depend on how many are read at a time

# %% equivalent predict: for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 64): -> for batch, _ in make_batches(task, [Example(tokens, []) for tokens in inputs], 63):
# because the answers do not depend on how many are read at a time

# %% equivalent train: for inputs, targets in make_batches(task, task.train, 64, seed=seed): -> for inputs, targets in make_batches(task, task.train, 64):
# because the examples lie in a random order already, and one epoch has one order

# %% equivalent train: for inputs, targets in make_batches(task, task.train, 64, seed=seed): -> for inputs, targets in make_batches(task, task.train, 65, seed=seed):
# because the size of a batch is the learner's to choose

# %% equivalent train: for inputs, targets in make_batches(task, task.train, 64, seed=seed): -> for inputs, targets in make_batches(task, task.train, 63, seed=seed):
# because the size of a batch is the learner's to choose

# %% equivalent settings: return {'plain': {}, 'size 24': {'size': 24}} -> return {'plain': {}, 'size 24': {'size': 25}}
# because which settings are compared is the learner's to choose

# %% equivalent settings: return {'plain': {}, 'size 24': {'size': 24}} -> return {'plain': {}, 'size 24': {'size': 23}}
# because which settings are compared is the learner's to choose

# %% equivalent figure: axes.axhline(baseline, color='black', linestyle='--', label='baseline') -> axes.axhline(baseline, linestyle='--', label='baseline')
# because how the line looks is free, and the title says that a baseline is shown

# %% equivalent figure: axes.axhline(baseline, color='black', linestyle='--', label='baseline') -> axes.axhline(baseline, color='black', label='baseline')
# because how the line looks is free, and the title says that a baseline is shown

# %% equivalent figure: axes.axhline(baseline, color='black', linestyle='--', label='baseline') -> axes.axhline(baseline, color='black', linestyle='--')
# because how the line looks is free, and the title says that a baseline is shown

# %% equivalent figure: axes.legend() -> pass
# because the settings are named by ticks, and the title says that a baseline is shown

# %% equivalent lab: held_out = set(random.Random(seed).sample(customers, max(1, round(share * len(customers))))) -> held_out = set(random.Random(seed).sample(customers, max(round(share * len(customers)), 1)))
# because the larger of two is the same in either order
