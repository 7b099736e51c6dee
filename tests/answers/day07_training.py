# %% wrong recordings: transformed once, when the dataset is built
# loses recordings_samples: the transform ran before a sample was fetched
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(recordings) != len(labels):
            raise ValueError("lengths differ")
        self.recordings = [transform(r) for r in recordings] if transform else recordings
        self.labels = labels

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        return self.recordings[i], torch.tensor(self.labels[i])


# %% wrong recordings: the label stays a Python int
# loses recordings_samples: a sample's label should be a torch.Tensor
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(recordings) != len(labels):
            raise ValueError("lengths differ")
        self.recordings, self.labels, self.transform = recordings, labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        recording = self.recordings[i]
        return (self.transform(recording) if self.transform else recording), self.labels[i]


# %% wrong recordings: a missing label is noticed in the middle of an epoch only
# loses recordings_samples: should raise a ValueError
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        self.recordings, self.labels, self.transform = recordings, labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        recording = self.recordings[i]
        return (self.transform(recording) if self.transform else recording), torch.tensor(self.labels[i])


# %% wrong recordings: only missing labels are noticed, not labels too many
# loses recordings_samples: recordings: 1, labels: 2; that should raise a ValueError
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) < len(recordings):
            raise ValueError("a label is missing")
        self.recordings, self.labels, self.transform = recordings, labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        recording = self.recordings[i]
        return (self.transform(recording) if self.transform else recording), torch.tensor(self.labels[i])


# %% wrong recordings: every recording made float32
# loses recordings_samples: dtype
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) != len(recordings):
            raise ValueError("lengths differ")
        self.recordings = [recording.float() for recording in recordings]
        self.labels, self.transform = labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        recording = self.recordings[i]
        return (self.transform(recording) if self.transform else recording), torch.tensor(self.labels[i])


# %% wrong recordings: each transformed sample is kept for the next epoch
# loses recordings_samples: fetched again, a sample is transformed again
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) != len(recordings):
            raise ValueError("lengths differ")
        self.recordings, self.labels, self.transform, self.ready = recordings, labels, transform, {}

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        if i not in self.ready:
            recording = self.recordings[i]
            self.ready[i] = self.transform(recording) if self.transform else recording
        return self.ready[i], torch.tensor(self.labels[i])


# %% wrong recordings: the stored recording is replaced by its transform
# loses recordings_samples: not its own last result
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) != len(recordings):
            raise ValueError("lengths differ")
        self.recordings, self.labels, self.transform = list(recordings), labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        if self.transform:
            self.recordings[i] = self.transform(self.recordings[i])
        return self.recordings[i], torch.tensor(self.labels[i])


# %% wrong recordings: whole numbers become floats
# loses recordings_samples: expected torch.int64
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) != len(recordings):
            raise ValueError("lengths differ")
        self.recordings = [r if r.is_floating_point() else r.float() for r in recordings]
        self.labels, self.transform = labels, transform

    def __len__(self):
        return len(self.recordings)

    def __getitem__(self, i):
        recording = self.recordings[i]
        return (self.transform(recording) if self.transform else recording), torch.tensor(self.labels[i])


# %% right recordings: pairs, an identity as the default transform, labels as one tensor
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        self.pairs = list(zip(recordings, torch.tensor(labels), strict=True))
        self.transform = transform or (lambda recording: recording)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        recording, label = self.pairs[i]
        return self.transform(recording), label


# %% right recordings: two lists, a pair as a list
class Recordings(Dataset):
    def __init__(self, recordings, labels, transform=None):
        if len(labels) != len(recordings):
            raise ValueError("as many labels as recordings, please")
        self.x, self.y, self.f = list(recordings), [torch.tensor(int(label)) for label in labels], transform

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return [self.x[i] if self.f is None else self.f(self.x[i]), self.y[i]]


# %% wrong pad_collate: recordings as columns
# loses pad_collate_batch: a recording is a row. See batch_first
# loses pad_collate_loader: a batch is as wide as its own longest recording
def pad_collate(samples):
    recordings, labels = zip(*samples)
    lengths = torch.tensor([len(recording) for recording in recordings])
    return nn.utils.rnn.pad_sequence(recordings), lengths, torch.stack(labels)


# %% wrong pad_collate: cut to the shortest instead of padded
# loses pad_collate_batch: a row for each recording, zeros on the right
# loses pad_collate_loader: a batch is as wide as its own longest recording
def pad_collate(samples):
    recordings, labels = zip(*samples)
    lengths = torch.tensor([len(recording) for recording in recordings])
    shortest = min(len(recording) for recording in recordings)
    return torch.stack([recording[:shortest] for recording in recordings]), lengths, torch.stack(labels)


# %% wrong pad_collate: sorted by length, the labels left in the old order
# loses pad_collate_batch: a row for each recording
# loses pad_collate_loader: do not belong together
def pad_collate(samples):
    recordings = sorted((recording for recording, _ in samples), key=len, reverse=True)
    lengths = torch.tensor([len(recording) for recording in recordings])
    padded = nn.utils.rnn.pad_sequence(recordings, batch_first=True)
    return padded, lengths, torch.stack([label for _, label in samples])


# %% wrong pad_collate: the dtype of the zeros wins
# loses pad_collate_batch: dtype
def pad_collate(samples):
    lengths = torch.tensor([len(recording) for recording, _ in samples])
    padded = torch.zeros(len(samples), int(lengths.max()))
    for row, (recording, _) in zip(padded, samples):
        row[: len(recording)] = recording
    return padded, lengths, torch.stack([label for _, label in samples])


# %% wrong pad_collate: always as wide as ten steps
# loses pad_collate_batch: a row for each recording
# loses pad_collate_loader: a batch is as wide as its own longest recording
def pad_collate(samples):
    lengths = torch.tensor([len(recording) for recording, _ in samples])
    padded = torch.stack([F.pad(recording, (0, 10 - len(recording))) for recording, _ in samples])
    return padded, lengths, torch.stack([label for _, label in samples])


# %% wrong pad_collate: lengths found by counting what is not zero
# loses pad_collate_batch: lengths: real steps of each row
def pad_collate(samples):
    padded = nn.utils.rnn.pad_sequence([recording for recording, _ in samples], batch_first=True)
    return padded, (padded != 0).sum(dim=1), torch.stack([label for _, label in samples])


# %% wrong pad_collate: written for batches of two
# loses pad_collate_batch: padded
# loses pad_collate_loader: each sample once, in the loader's order
def pad_collate(samples):
    (first, one), (second, two) = samples[:2] if len(samples) > 1 else samples * 2
    longest = max(len(first), len(second))
    padded = torch.stack([F.pad(sound, (0, longest - len(sound))) for sound in (first, second)])
    return padded, torch.tensor([len(first), len(second)]), torch.stack([one, two])


# %% wrong pad_collate: lengths taken from the last step that is not zero
# loses pad_collate_batch: a recording may hold zeros, at its end, too
def pad_collate(samples):
    lengths = torch.tensor([int(recording.nonzero().max()) + 1 for recording, _ in samples])
    padded = nn.utils.rnn.pad_sequence([recording for recording, _ in samples], batch_first=True)
    return padded, lengths, torch.stack([label for _, label in samples])


# %% wrong pad_collate: every floating recording made float32
# loses pad_collate_batch: expected torch.float64
def pad_collate(samples):
    recordings = [r.float() if r.is_floating_point() else r for r, _ in samples]
    lengths = torch.tensor([len(recording) for recording in recordings])
    padded = nn.utils.rnn.pad_sequence(recordings, batch_first=True)
    return padded, lengths, torch.stack([label for _, label in samples])


# %% wrong pad_collate: a batch of one is a view of the recording
# loses pad_collate_batch: padded shares memory with a recording
def pad_collate(samples):
    recordings = [recording for recording, _ in samples]
    lengths = torch.tensor([len(recording) for recording in recordings])
    padded = recordings[0][None] if len(samples) == 1 else nn.utils.rnn.pad_sequence(recordings, batch_first=True)
    return padded, lengths, torch.stack([label for _, label in samples])


# %% right pad_collate: rows written into zeros
def pad_collate(samples):
    lengths = torch.tensor([len(recording) for recording, _ in samples])
    padded = samples[0][0].new_zeros(len(samples), int(lengths.max()))
    for row, (recording, _) in enumerate(samples):
        padded[row, : len(recording)] = recording
    return padded, lengths, torch.tensor([int(label) for _, label in samples])


# %% right pad_collate: each recording padded by F.pad, then stacked
def pad_collate(samples):
    longest = max(recording.shape[0] for recording, _ in samples)
    rows = [F.pad(recording, (0, longest - recording.shape[0])) for recording, _ in samples]
    return [torch.stack(rows), torch.tensor([r.shape[0] for r, _ in samples]), torch.stack([y for _, y in samples])]


# %% right pad_collate: filled through a mask of the real steps
def pad_collate(samples):
    recordings, labels = zip(*samples)
    lengths = torch.tensor([recording.numel() for recording in recordings])
    real = torch.arange(int(lengths.max())) < lengths[:, None]
    padded = torch.zeros(real.shape, dtype=recordings[0].dtype)
    padded[real] = torch.cat(recordings)
    return padded, lengths, torch.stack(labels)


# %% shared plain_sgd: SGD in a list of velocities, for the answers that get one line wrong
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def live(self):
        return [(p, v) for p, v in zip(self.parameters, self.v) if p.grad is not None]


# %% wrong sgd: the velocity is a fading mean, as in Adam
# loses sgd_steps: The first step has v = g
# loses sgd_manners: two steps with momentum
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.copy_(self.momentum * v + (1 - self.momentum) * p.grad)
                p -= self.lr * v


# %% wrong sgd: lr inside the velocity
# loses sgd_steps: lr was changed after step 2; v holds gradients, and lr multiplies it last
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.copy_(self.momentum * v + self.lr * p.grad)
                p -= v


# %% wrong sgd: the parameters are kept as the generator that came
# loses sgd_manners: after one walk it is empty
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum, self.v = parameters, lr, momentum, {}

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                self.v[p] = self.momentum * self.v.get(p, 0) + p.grad
                p -= self.lr * self.v[p]


# %% wrong sgd: the generator is walked for the velocities first
# loses sgd_manners: after one walk it is empty
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.v = [torch.zeros_like(p) for p in parameters]
        self.parameters, self.lr, self.momentum = parameters, lr, momentum

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.mul_(self.momentum).add_(p.grad)
                p -= self.lr * v


# %% wrong sgd: p = p - ..., a name for a new tensor
# loses sgd_steps: change it in place
# loses sgd_manners: change them in place
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.mul_(self.momentum).add_(p.grad)
                p = p - self.lr * v


# %% wrong sgd: new tensors instead of changed ones
# loses sgd_steps: change it in place
# loses sgd_manners: did not move
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def step(self):
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                self.v[i] = self.momentum * self.v[i] + p.grad
                self.parameters[i] = (p - self.lr * self.v[i]).detach().requires_grad_()


# %% wrong sgd: a leaf changed in place while autograd records
# loses sgd_steps: a leaf Variable that requires grad is being used in an in-place operation
# loses sgd_manners: a leaf Variable that requires grad is being used in an in-place operation
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.copy_(self.momentum * v + p.grad)
                p -= self.lr * v


# %% wrong sgd: a gradient of None is not expected
# loses sgd_manners: SGD.step stopped with
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.copy_(self.momentum * v + p.grad)
            p -= self.lr * v


# %% wrong sgd: the gradient itself serves as the velocity
# loses sgd_steps: step changed the gradients
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.copy_(p.grad.add_(self.momentum * v))
                p -= self.lr * v


# %% wrong sgd: the first velocity is the tensor p.grad itself
# loses sgd_steps: Is a velocity the very tensor p.grad
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [None for _ in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            if self.v[i] is None:
                self.v[i] = p.grad
            else:
                self.v[i].mul_(self.momentum).add_(p.grad)
            p -= self.lr * self.v[i]


# %% wrong sgd: momentum is on or off, and then always 0.9
# loses sgd_steps: momentum 0.75
# loses sgd_manners: two steps with momentum
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            if p.grad is not None:
                v.mul_(0.9 if self.momentum else 0.0).add_(p.grad)
                p -= self.lr * v


# %% wrong sgd: one velocity for all parameters of a shape
# loses sgd_steps: each has a velocity of its own
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = {p.shape: torch.zeros_like(p) for p in self.parameters}

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                v = self.v[p.shape]
                v.mul_(self.momentum).add_(p.grad)
                p -= self.lr * v


# %% wrong sgd: the velocity fades in a step without a gradient
# loses sgd_manners: without a gradient, p and its velocity stay as they are
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.mul_(self.momentum)
            if p.grad is not None:
                v.add_(p.grad)
                p -= self.lr * v


# %% wrong sgd: without a gradient the ball rolls on
# loses sgd_manners: p and its velocity stay as they are
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.v):
            v.mul_(self.momentum)
            if p.grad is not None:
                v.add_(p.grad)
            p -= self.lr * v


# %% wrong sgd: .data is given a new tensor
# loses sgd_steps: a parameter has got new memory
# uses plain_sgd
class SGD(SGD):
    def step(self):
        for p, v in self.live():
            v.mul_(self.momentum).add_(p.grad)
            p.data = p.data - self.lr * v


# %% wrong sgd: velocities in float32, whatever the parameters are
# loses sgd_steps: all in torch.float64, v too
# uses plain_sgd
class SGD(SGD):
    @torch.no_grad()
    def step(self):
        self.v = [v.float() for v in self.v]
        for p, v in self.live():
            v.mul_(self.momentum).add_(p.grad)
            p -= self.lr * v


# %% wrong sgd: without momentum the first lr stays for good
# loses sgd_steps: in each step as it is then
# uses plain_sgd
class SGD(SGD):
    def __init__(self, parameters, lr, momentum=0.0):
        super().__init__(parameters, lr, momentum)
        self.first = lr

    @torch.no_grad()
    def step(self):
        for p, v in self.live():
            v.mul_(self.momentum).add_(p.grad)
            p -= (self.lr if self.momentum else self.first) * v


# %% wrong sgd: a gradient of zeros taken for none
# loses sgd_manners: a gradient of 0 is a gradient
# uses plain_sgd
class SGD(SGD):
    @torch.no_grad()
    def step(self):
        for p, v in self.live():
            if p.grad.any():
                v.mul_(self.momentum).add_(p.grad)
                p -= self.lr * v


# %% wrong sgd: the velocity is kept on the parameter
# loses sgd_steps: a new optimizer on the same parameter begins with v = 0
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p.v = self.momentum * getattr(p, "v", 0) + p.grad
                p -= self.lr * p.v


# %% right sgd: velocities in a dictionary, made when they are needed
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.ps = [*parameters]
        self.lr, self.momentum, self.velocity = lr, momentum, {}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.ps:
            if p.grad is None:
                continue
            self.velocity[p] = p.grad + self.momentum * self.velocity.get(p, 0.0)
            p.sub_(self.velocity[p], alpha=self.lr)


# %% right sgd: by .data and foreach functions
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.params = tuple(parameters)
        self.lr, self.momentum = lr, momentum
        self.v = [torch.zeros_like(p.data) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        live = [(p.data, v, p.grad) for p, v in zip(self.params, self.v) if p.grad is not None]
        if live:
            ps, vs, gs = map(list, zip(*live))
            torch._foreach_mul_(vs, self.momentum)
            torch._foreach_add_(vs, gs)
            torch._foreach_add_(ps, vs, alpha=-self.lr)


# %% shared plain_adamw: AdamW, for the answers that get one line wrong
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.state = {p: self.fresh(p) for p in self.parameters}

    def fresh(self, p):
        return {"m": torch.zeros_like(p), "s": torch.zeros_like(p), "t": 0, "first": p.detach().clone()}

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, state in self.state.items():
            if p.grad is not None:
                self.decay(p, state)
                self.move(p, state)

    def decay(self, p, state):
        p.mul_(1 - self.lr * self.weight_decay)

    def move(self, p, state):
        (beta1, beta2), state["t"] = self.betas, state["t"] + 1
        m = state["m"].mul_(beta1).add_((1 - beta1) * p.grad) / (1 - beta1 ** state["t"])
        s = state["s"].mul_(beta2).add_((1 - beta2) * p.grad**2) / (1 - beta2 ** state["t"])
        p -= self.lr * m / (s.sqrt() + self.eps)


# %% wrong adamw: no correction of m and s
# loses adamw_first: m and s start at 0
# loses adamw_steps: is t counted in every step
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.m = [torch.zeros_like(p) for p in self.ps]
        self.s = [torch.zeros_like(p) for p in self.ps]

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p, m, s in zip(self.ps, self.m, self.s):
            if p.grad is not None:
                p.mul_(1 - self.lr * self.wd)
                m.mul_(b1).add_((1 - b1) * p.grad)
                s.mul_(b2).add_((1 - b2) * p.grad**2)
                p -= self.lr * m / (s.sqrt() + self.eps)


# %% wrong adamw: the decay goes into the gradient, as in Adam
# loses adamw_decay: this is Adam with weight_decay
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                g = p.grad + self.wd * p
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2, t + 1
                self.state[p] = m, s, t
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: eps inside the root
# loses adamw_steps: eps stands outside of the root
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= 1 - self.lr * self.wd
                p -= self.lr * (m / (1 - b1**t)) / (s / (1 - b2**t) + self.eps).sqrt()


# %% wrong adamw: one step count for all, so a late parameter is corrected wrongly
# loses adamw_decay: t counts the steps of that parameter only
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps, self.t = list(parameters), 0
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p)] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        self.t += 1
        for p in self.ps:
            if p.grad is not None:
                m, s = self.state[p]
                m, s = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2
                self.state[p] = m, s
                p *= 1 - self.lr * self.wd
                p -= self.lr * (m / (1 - b1**self.t)) / ((s / (1 - b2**self.t)).sqrt() + self.eps)


# %% wrong adamw: the decay is not multiplied by lr
# loses adamw_decay: p becomes p · (1 − lr · weight_decay)
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= 1 - self.wd
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: the decay after the step, from the new parameter
# loses adamw_decay: the decay takes lr · weight_decay of p as it was before the step
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)
                p *= 1 - self.lr * self.wd


# %% wrong adamw: the decay only where the gradient is 0
# loses adamw_decay: the decay takes lr · weight_decay of p as it was before the step
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= torch.where(p.grad == 0, 1 - self.lr * self.wd, 1.0)
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: betas that nobody can set
# loses adamw_steps: with betas of 0.6 and 0.8
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = 0.9, 0.999
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= 1 - self.lr * self.wd
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: both means by the first beta
# loses adamw_steps: is t counted
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1 = b2 = self.betas[0]
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= 1 - self.lr * self.wd
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: lr read once, when the optimizer is built
# loses adamw_steps: lr is read anew
# loses adamw_decay: both as they are then
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}
        self.first_lr = lr

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p *= 1 - self.first_lr * self.wd
                p -= self.first_lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: m, s and t go on as if the missing gradient were 0
# loses adamw_decay: m, s and t stay as they are
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            g = torch.zeros_like(p) if p.grad is None else p.grad
            m, s, t = self.state[p]
            m, s, t = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2, t + (p.grad is not None or t > 0)
            self.state[p] = m, s, t
            if p.grad is not None:
                p *= 1 - self.lr * self.wd
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: m, s and t forgotten in a step without a gradient
# loses adamw_decay: m, s and t stay as they are
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is None:
                self.state[p] = [torch.zeros_like(p), torch.zeros_like(p), 0]
                continue
            m, s, t = self.state[p]
            m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
            self.state[p] = m, s, t
            p *= 1 - self.lr * self.wd
            p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% wrong adamw: the decay's share computed once, when the optimizer is built
# loses adamw_decay: both as they are then
# uses plain_adamw
class AdamW(AdamW):
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(parameters, lr, betas, eps, weight_decay)
        self.keep = 1 - lr * weight_decay

    def decay(self, p, state):
        p.mul_(self.keep)


# %% wrong adamw: a decay for lr = 0.1 only
# loses adamw_decay: both as they are then
# uses plain_adamw
class AdamW(AdamW):
    def decay(self, p, state):
        p.mul_(1 - 0.1 * self.weight_decay)


# %% wrong adamw: the decay in the first step only
# loses adamw_decay: both as they are then
# uses plain_adamw
class AdamW(AdamW):
    def decay(self, p, state):
        if state["t"] == 0:
            p.mul_(1 - self.lr * self.weight_decay)


# %% wrong adamw: the decay takes its share of the parameter as it once was
# loses adamw_decay: both as they are then
# uses plain_adamw
class AdamW(AdamW):
    def decay(self, p, state):
        p.sub_(self.lr * self.weight_decay * state["first"])


# %% wrong adamw: after the first step, a gradient of zeros taken for none
# loses adamw_decay: both as they are then
# uses plain_adamw
class AdamW(AdamW):
    @torch.no_grad()
    def step(self):
        for p, state in self.state.items():
            if p.grad is not None and (p.grad.any() or state["t"] == 0):
                self.decay(p, state)
                self.move(p, state)


# %% wrong adamw: m and s in float32, whatever the parameters are
# loses adamw_first: m and s have their parameter's dtype
# uses plain_adamw
class AdamW(AdamW):
    def fresh(self, p):
        return {name: x.float() if name in "ms" else x for name, x in super().fresh(p).items()}


# %% right adamw: a dictionary as the state, the formula as it stands
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = list(parameters)
        self.lr, self.betas, self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.ps}

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p in self.ps:
            if p.grad is not None:
                m, s, t = self.state[p]
                m, s, t = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad**2, t + 1
                self.state[p] = m, s, t
                p -= self.lr * self.wd * p
                p -= self.lr * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + self.eps)


# %% right adamw: lerp and addcdiv, the corrections moved into the step size
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.ps = tuple(parameters)
        self.lr, (self.b1, self.b2), self.eps, self.wd = lr, betas, eps, weight_decay
        self.state = [None] * len(self.ps)

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    def step(self):
        for i, p in enumerate(self.ps):
            if p.grad is None:
                continue
            p, g = p.detach(), p.grad
            if self.state[i] is None:
                self.state[i] = {"m": torch.zeros_like(p), "s": torch.zeros_like(p), "t": 0}
            state = self.state[i]
            state["t"] += 1
            state["m"].lerp_(g, 1 - self.b1)
            state["s"].mul_(self.b2).addcmul_(g, g, value=1 - self.b2)
            p.mul_(1 - self.lr * self.wd)
            root = state["s"].sqrt() / (1 - self.b2 ** state["t"]) ** 0.5 + self.eps
            p.addcdiv_(state["m"], root, value=-self.lr / (1 - self.b1 ** state["t"]))


# %% right adamw: the corrected means themselves are kept, by lerp
class AdamW:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.kept = {p: [torch.zeros_like(p), torch.zeros_like(p), 0] for p in self.parameters}

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in filter(lambda p: p.grad is not None, self.parameters):
            mean, square, t = self.kept[p]
            self.kept[p][2] = t = t + 1
            for kept, new, beta in zip((mean, square), (p.grad, p.grad**2), self.betas):
                kept.lerp_(new, (1 - beta) / (1 - beta**t))
            p.sub_(self.lr * (self.weight_decay * p + mean / (square.sqrt() + self.eps)))


# %% wrong train_epoch: no zero_grad
# loses train_epoch_steps: gradients left over from before were used
# loses train_epoch_result: gradients left over from before were used
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


# %% wrong train_epoch: zero_grad between backward and step
# loses train_epoch_steps: one step for each batch
# loses train_epoch_result: one step for each batch
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


# %% wrong train_epoch: gradients emptied once, before the epoch
# loses train_epoch_steps: one step for each batch
# loses train_epoch_result: one step for each batch
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


# %% wrong train_epoch: the mean of the batches' means
# loses train_epoch_result: the mean over samples
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    losses = []
    for x, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


# %% wrong train_epoch: the losses added up with their graphs
# loses train_epoch_result: perhaps a graph with it
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total = total + loss * len(labels)
        count += len(labels)
    return total / count


# %% wrong train_epoch: the mode is left as evaluate left it
# loses train_epoch_result: the model came in evaluation mode
def train_epoch(model, loader, optimizer, loss_function):
    total, count = 0.0, 0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count


# %% wrong train_epoch: divided by the length that a generator does not have
# loses train_epoch_steps: has no len()
# loses train_epoch_result: the mean over samples
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total = 0.0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


# %% wrong train_epoch: samples counted in a second walk through the loader
# loses train_epoch_steps: division by zero
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total = 0.0
    for x, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / sum(len(labels) for _, labels in loader)


# %% wrong train_epoch: always the mean squared error
# loses train_epoch_steps: was never asked
# loses train_epoch_result: was never asked
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = F.mse_loss(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


# %% wrong train_epoch: every graph is kept until the end
# loses train_epoch_result: add up loss.item()
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss * len(labels), count + len(labels)
    return total.item() / count


# %% wrong train_epoch: into training mode after the first batch
# loses train_epoch_result: each batch passes once, in training mode
def train_epoch(model, loader, optimizer, loss_function):
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        model.train()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


# %% wrong train_epoch: training mode for the model and its children, not for theirs
# loses train_epoch_result: with all its parts
def train_epoch(model, loader, optimizer, loss_function):
    for module in (model, *model.children()):
        module.training = True
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


# %% wrong train_epoch: the model is asked twice for each batch
# loses train_epoch_result: each batch passes once
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        total += loss_function(model(x), labels).item() * len(labels)
        optimizer.zero_grad()
        loss_function(model(x), labels).backward()
        optimizer.step()
        count += len(labels)
    return total / count


# %% right train_epoch: zero_grad after the step as well as before the epoch
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    optimizer.zero_grad()
    sizes, losses = [], []
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        sizes.append(x.shape[0])
        losses.append(float(loss))
    return sum(n * loss for n, loss in zip(sizes, losses)) / sum(sizes)


# %% right train_epoch: gradients by autograd.grad, the sum kept in a detached tensor
def train_epoch(model, loader, optimizer, loss_function):
    model.train(True)
    total, count = torch.zeros((), dtype=torch.float64), 0
    parameters = [p for p in model.parameters() if p.requires_grad]
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
            p.grad = g
        optimizer.step()
        total += loss.detach() * len(labels)
        count += len(labels)
    return (total / count).item()


# %% right train_epoch: the model's gradients emptied: those are the optimizer's, or more
def train_epoch(model, loader, optimizer, loss_function):
    model.train()
    total, count = 0.0, 0
    for x, labels in loader:
        loss = loss_function(model(x), labels)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


# %% wrong evaluate: the model stays in evaluation mode
# loses evaluate_manners: and was left with training=False
def evaluate(model, loader, loss_function):
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += loss_function(logits, labels).item() * len(labels)
            right += (logits.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return total / count, right / count


# %% wrong evaluate: afterwards always training
# loses evaluate_manners: and was left with training=True
def evaluate(model, loader, loss_function):
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += loss_function(logits, labels).item() * len(labels)
            right += (logits.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    model.train()
    return total / count, right / count


# %% wrong evaluate: a frozen part is switched to training, too
# loses evaluate_manners: one part of the model was in another mode
def evaluate(model, loader, loss_function):
    was_training = model.training
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += loss_function(logits, labels).item() * len(labels)
            right += (logits.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    model.train(was_training)
    return total / count, right / count


# %% wrong evaluate: in training mode
# loses evaluate_manners: the model was asked in training mode
@torch.no_grad()
def evaluate(model, loader, loss_function):
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total / count, right / count


# %% wrong evaluate: eval() taken for no_grad()
# loses evaluate_manners: autograd was recording
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: batches count alike, whatever their size
# loses evaluate_values: over all samples, whatever the sizes of the batches
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    losses, shares = [], []
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            losses.append(loss_function(logits, labels).item())
            shares.append((logits.argmax(dim=1) == labels).float().mean().item())
    for module, mode in modes:
        module.training = mode
    return sum(losses) / len(losses), sum(shares) / len(shares)


# %% wrong evaluate: the accuracy stays a tensor
# loses evaluate_values: the accuracy should be a Python float
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, labels in loader:
            logits = model(x)
            total += loss_function(logits, labels).item() * len(labels)
            right += (logits.argmax(dim=1) == labels).sum()
            count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: walked twice, once for the loss and once for the accuracy
# loses evaluate_values: division by zero
# loses evaluate_manners: but the model was called 4 times
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        losses = [(loss_function(model(x), labels).item(), len(labels)) for x, labels in loader]
        hits = [(model(x).argmax(dim=1) == labels).float().tolist() for x, labels in loader]
    for module, mode in modes:
        module.training = mode
    count, hits = sum(n for _, n in losses), sum(hits, [])
    return sum(loss * n for loss, n in losses) / count, sum(hits) / len(hits)


# %% wrong evaluate: recording switched on for everyone afterwards
# loses evaluate_manners: recording was off before the call, and on after it
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    torch.set_grad_enabled(False)
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    torch.set_grad_enabled(True)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: always the cross-entropy
# loses evaluate_values: was never asked
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += F.cross_entropy(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: modes noted only if the model itself was training
# loses evaluate_manners: and was not put back
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()] if model.training else []
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: modes of the children, not of theirs
# loses evaluate_manners: and was not put back
@torch.no_grad()
def evaluate(model, loader, loss_function):
    root, modes = model.training, [(module, module.training) for module in model.children()]
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    model.training = root
    for module, mode in modes:
        module.train(mode)
    return total / count, right / count


# %% wrong evaluate: the parameters are left without requires_grad
# loses evaluate_manners: requires_grad of a parameter was changed
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval().requires_grad_(False)
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: the labels first
# loses evaluate_values: takes the logits first
# loses evaluate_manners: takes the logits first
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(labels, logits).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% wrong evaluate: the largest logit of the whole batch
# loses evaluate_values: Is the largest logit looked for in each row
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, right, count = 0.0, 0, 0
    for x, labels in loader:
        logits = model(x)
        total += loss_function(logits, labels).item() * len(labels)
        right += (logits.argmax() == labels).sum().item()
        count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, right / count


# %% right evaluate: all logits first, one loss at the end, the modes in a dictionary
def evaluate(model, loader, loss_function):
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.inference_mode():
            pairs = [(model.eval()(x), labels) for x, labels in loader]
            logits, labels = (torch.cat(part) for part in zip(*pairs))
            loss = loss_function(logits, labels)
    finally:
        for module, mode in modes.items():
            module.training = mode
    return float(loss), (logits.argmax(1) == labels).double().mean().item()


# %% right evaluate: the modes put back from the top down
@torch.no_grad()
def evaluate(model, loader, loss_function):
    modes = [module.training for module in model.modules()]
    model.train(False)
    sums = torch.zeros(3, dtype=torch.float64)
    for x, labels in loader:
        logits, n = model(x), len(labels)
        hits = (logits.max(dim=1).indices == labels).sum()
        sums += torch.tensor([loss_function(logits, labels) * n, hits, n], dtype=torch.float64)
    for module, mode in zip(model.modules(), modes):
        module.training = mode
    return (sums[0] / sums[2]).item(), (sums[1] / sums[2]).item()


# %% right evaluate: in inference mode, an ExitStack puts the modes back
def evaluate(model, loader, loss_function):
    from contextlib import ExitStack

    with ExitStack() as stack, torch.inference_mode():
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
        model.eval()
        found = []
        for x, labels in loader:
            logits = model(x)
            hits = logits.topk(1).indices[:, 0] == labels
            found.append((loss_function(logits, labels).item() * len(labels), hits.sum().item(), len(labels)))
    loss, hits, count = map(sum, zip(*found))
    return loss / count, hits / count


# %% right evaluate: a copy is asked
def evaluate(model, loader, loss_function):
    twin, rows = copy.deepcopy(model).eval(), []
    with torch.no_grad():
        for x, labels in loader:
            logits = twin(x)
            hits = (logits.argmax(dim=1) == labels).tolist()
            rows += [(loss_function(logits, labels).item(), hit) for hit in hits]
    return sum(loss for loss, _ in rows) / len(rows), sum(hit for _, hit in rows) / len(rows)


# %% wrong warmup_cosine: step 0 has rate 0, and is lost
# loses warmup_cosine_values: in step 0 the factor is 0.0000, expected 0.2500
# loses warmup_cosine_edges: a cosine of one step
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return step / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


# %% wrong warmup_cosine: the cosine is counted from step 0, as if there had been no warm-up
# loses warmup_cosine_values: on the cosine from 4 to 12: in step 4
# loses warmup_cosine_edges: expected 1.0000
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(step / total, 1)))


# %% wrong warmup_cosine: the cosine rises again beyond the end
# loses warmup_cosine_edges: the factor stays at the floor
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


# %% wrong warmup_cosine: the floor is added on top
# loses warmup_cosine_values: the cosine falls from 1 to the floor: in step 2 the factor is 1.2
# loses warmup_cosine_edges: the rate rose above its peak
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + 0.5 * (1 + math.cos(math.pi * progress))


# %% wrong warmup_cosine: the warm-up starts at the floor
# loses warmup_cosine_values: a floor of 0.2, which has no part in the warm-up
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return floor + (1 - floor) * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


# %% wrong warmup_cosine: cut off at the floor
# loses warmup_cosine_values: a floor of 0.2: the cosine falls from 1 to the floor
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return max(floor, 0.5 * (1 + math.cos(math.pi * progress)))


# %% wrong warmup_cosine: a whole cosine instead of half of one
# loses warmup_cosine_values: on the cosine from 4 to 12
# loses warmup_cosine_edges: without a warm-up: in step 4
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(2 * math.pi * progress))


# %% wrong warmup_cosine: the warm-up never below the floor
# loses warmup_cosine_values: a floor of 0.5, which has no part in the warm-up
def warmup_cosine(step, warmup, total, floor=0.0):
    if step < warmup:
        return max(floor, (step + 1) / warmup)
    progress = min((step - warmup) / (total - warmup), 1.0)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


# %% right warmup_cosine: three cases
def warmup_cosine(step, warmup, total, floor=0.0):
    if step >= total:
        return floor
    if step < warmup:
        return (step + 1) / warmup
    angle = math.pi * (step - warmup) / (total - warmup)
    return (1 + floor) / 2 + (1 - floor) / 2 * math.cos(angle)


# %% right warmup_cosine: cos² of half the angle
def warmup_cosine(step, warmup, total, floor=0.0):
    rising = (step + 1) / warmup if warmup else 1.0
    done = max(0.0, min(1.0, (step - warmup) / (total - warmup)))
    falling = floor + (1 - floor) * math.cos(math.pi / 2 * done) ** 2
    return rising if step < warmup else falling


# %% wrong save_run: the model only
# loses save_run_file: the global random state is not in the file
# loses load_run_equal: load_run stopped with
def save_run(path, model, optimizer, scheduler, generator, epoch):
    torch.save({"model": model.state_dict(), "epoch": epoch}, path)


# %% wrong save_run: without the random states
# loses save_run_file: random state is not in the file
# loses load_run_equal: KeyError
def save_run(path, model, optimizer, scheduler, generator, epoch):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    torch.save({**state, "epoch": epoch}, path)


# %% wrong save_run: whole objects, pickled
# loses save_run_file: torch.load(path) refuses the file
# loses load_run_equal: load_run stopped with
def save_run(path, model, optimizer, scheduler, generator, epoch):
    state = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "order": generator.get_state()}
    torch.save({**state, "random": torch.get_rng_state(), "epoch": epoch}, path)


# %% wrong save_run: the optimizer is forgotten
# loses save_run_file: the optimizer's state is not in the file
# loses load_run_equal: KeyError
def save_run(path, model, optimizer, scheduler, generator, epoch):
    state = {"model": model.state_dict(), "scheduler": scheduler.state_dict(), "order": generator.get_state()}
    torch.save({**state, "random": torch.get_rng_state(), "epoch": epoch}, path)


# %% wrong save_run: the epoch is left to the scheduler
# loses save_run_file: the epoch is not in the file
# loses load_run_equal: KeyError
def save_run(path, model, optimizer, scheduler, generator, epoch):
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "order": generator.get_state(), "random": torch.get_rng_state()}, path)


# %% wrong save_run: seeded at the moment of saving
# loses save_run_file: saving changed a random state
def save_run(path, model, optimizer, scheduler, generator, epoch):
    torch.manual_seed(epoch)
    generator.manual_seed(epoch)
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "order": generator.get_state(), "random": torch.get_rng_state(), "epoch": epoch}, path)


# %% wrong save_run: the epoch in a second file
# loses save_run_file: there are other files beside it
def save_run(path, model, optimizer, scheduler, generator, epoch):
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "order": generator.get_state(), "random": torch.get_rng_state(), "epoch": epoch}, path)
    Path(f"{path}.epoch").write_text(str(epoch))


# %% wrong save_run: the gradients are cleared on the way
# loses save_run_file: saving changed a gradient
def save_run(path, model, optimizer, scheduler, generator, epoch):
    optimizer.zero_grad()
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "order": generator.get_state(), "random": torch.get_rng_state(), "epoch": epoch}, path)


# %% right save_run: written to a file object, in another order
def save_run(path, model, optimizer, scheduler, generator, epoch):
    checkpoint = {"epoch": epoch, "random": torch.get_rng_state(), "order": generator.get_state()}
    for name, part in (("scheduler", scheduler), ("optimizer", optimizer), ("model", model)):
        checkpoint[name] = part.state_dict()
    with open(path, "wb") as file:
        torch.save(checkpoint, file)


# %% right save_run: by torch.random, everything copied first
def save_run(path, model, optimizer, scheduler, generator, epoch):
    checkpoint = {
        "model": dict(model.state_dict()),
        "optimizer": copy.deepcopy(optimizer.state_dict()),
        "scheduler": scheduler.state_dict(),
        "order": generator.get_state().clone(),
        "random": torch.random.get_rng_state().clone(),
        "epoch": int(epoch),
        "note": "saved between two epochs",
    }
    torch.save(checkpoint, path)


# %% right save_run: one flat list, and load_run reads it in that order
def save_run(path, model, optimizer, scheduler, generator, epoch):
    states = [part.state_dict() for part in (model, optimizer, scheduler)]
    torch.save([*states, generator.get_state(), torch.get_rng_state(), epoch], path)


def load_run(path, model, optimizer, scheduler, generator):
    *states, order, drawn, epoch = torch.load(path)
    for part, state in zip((model, optimizer, scheduler), states):
        part.load_state_dict(state)
    generator.set_state(order)
    torch.set_rng_state(drawn)
    return epoch


# %% shared plain_load: load_run, for the answers that get one line wrong
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


plain_load = load_run


# %% wrong load_run: the optimizer starts afresh
# loses load_run_equal: is the optimizer's state restored
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    scheduler.load_state_dict(state["scheduler"])
    optimizer.param_groups[0]["lr"] = state["optimizer"]["param_groups"][0]["lr"]
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: the global random state is forgotten
# loses load_run_equal: dropout draws from the global one
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    return state["epoch"]


# %% wrong load_run: seeded instead of restored
# loses load_run_equal: the loader from its generator
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    torch.manual_seed(0)
    generator.manual_seed(0)
    return state["epoch"]


# %% wrong load_run: the scheduler starts afresh
# loses load_run_equal: the scheduler's state is part of the run
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: no epoch is returned
# loses load_run_equal: load_run returned None
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])


# %% wrong load_run: the scheduler's count taken for the epoch
# loses load_run_equal: load_run returned
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return scheduler.last_epoch


# %% wrong load_run: Adam's two means only, whatever the optimizer
# loses load_run_equal: load_run stopped with
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    for i, p in enumerate(model.parameters()):
        kept = state["optimizer"]["state"][i]
        optimizer.state[p] = {name: kept[name] for name in ("step", "exp_avg", "exp_avg_sq")}
    optimizer.param_groups[0]["lr"] = state["optimizer"]["param_groups"][0]["lr"]
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: of the scheduler only its count
# loses load_run_equal: gamma was changed before saving, and is not back
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.last_epoch = state["scheduler"]["last_epoch"]
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: of the optimizer's settings only the rate
# loses load_run_equal: weight_decay was changed before saving, and is not back
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    groups = optimizer.state_dict()["param_groups"]
    groups[0]["lr"] = state["optimizer"]["param_groups"][0]["lr"]
    optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: whatever is in the file is unpickled
# loses load_run_equal: load_run ran code that stood in the file
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path, weights_only=False)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    return state["epoch"]


# %% wrong load_run: everything into training mode
# loses load_run_equal: load_run changed the mode of a module
# uses plain_load
def load_run(path, model, optimizer, scheduler, generator):
    model.train()
    return plain_load(path, model, optimizer, scheduler, generator)


# %% wrong load_run: every parameter requires a gradient again
# loses load_run_equal: load_run changed a requires_grad
# uses plain_load
def load_run(path, model, optimizer, scheduler, generator):
    model.requires_grad_(True)
    return plain_load(path, model, optimizer, scheduler, generator)


# %% right load_run: tensors copied into the parameters by hand
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(state["model"][name])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    torch.random.set_rng_state(state["random"])
    generator.set_state(state["order"])
    return int(state["epoch"])


# %% right load_run: in another order
def load_run(path, model, optimizer, scheduler, generator):
    state = torch.load(path, map_location="cpu")
    epoch = state.pop("epoch")
    torch.set_rng_state(state.pop("random"))
    generator.set_state(state.pop("order"))
    for part, name in ((scheduler, "scheduler"), (optimizer, "optimizer"), (model, "model")):
        part.load_state_dict(state.pop(name))
    return epoch


# %% wrong train_digits: the order of the file is kept
# loses train_digits_floor: of unseen digits are read correctly
def train_digits(images, labels):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(12):
        for x, y in zip(images.split(32), labels.split(32)):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% wrong train_digits: softmax twice, so it learns too slowly
# loses train_digits_floor: the model gives probabilities
def train_digits(images, labels):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.Softmax(dim=1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(12):
        for part in torch.randperm(len(labels)).split(32):
            loss = F.cross_entropy(model(images[part]), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% wrong train_digits: left in training mode
# loses train_digits_floor: hand the model back in evaluation mode
def train_digits(images, labels):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(12):
        for part in torch.randperm(len(labels)).split(32):
            loss = F.cross_entropy(model(images[part]), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% wrong train_digits: trained on the course's digits instead of the arguments
# loses train_digits_floor: and the model says the old ones
def train_digits(images, labels):
    images, labels = data.digits()
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(12):
        for part in torch.randperm(len(labels)).split(32):
            loss = F.cross_entropy(model(images[part]), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %% wrong train_digits: well trained, but the model ends in a softmax
# loses train_digits_floor: the model gives probabilities
def train_digits(images, labels):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(12):
        for part in torch.randperm(len(labels)).split(32):
            loss = F.cross_entropy(model(images[part]), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return nn.Sequential(model, nn.Softmax(dim=1)).eval()


# %% wrong train_digits: nothing learns, the nearest picture's label
# loses train_digits_floor: the module has no parameters
def train_digits(images, labels):
    class Nearest(nn.Module):
        def forward(self, new):
            nearest = torch.cdist(new.flatten(1), images.flatten(1)).argmin(dim=1)
            return 10.0 * F.one_hot(labels[nearest], 10)

    return Nearest().eval()


# %% right train_digits: a small convolutional network, momentum and a DataLoader
def train_digits(images, labels):
    model = nn.Sequential(
        nn.Unflatten(1, (1, 8)),
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
    for _ in range(10):
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return model.eval()


# %% right train_digits: all pictures in each step, so that the order cannot matter
def train_digits(images, labels):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.Tanh(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()
    model.eval()
    return model


# %% wrong diagnose: a flat curve taken for a tiny learning rate, and all else mixed up
# loses diagnose_three: fewer than three
# loses diagnose_all: not all five
def diagnose():
    return "baech"


# %% wrong diagnose: the saw teeth taken for a large rate, the flat line for a small one
# loses diagnose_all: not all five
def diagnose():
    return "baead"


# %% wrong diagnose: too few letters
# loses diagnose_three: return five letters
# loses diagnose_all: return five letters
def diagnose():
    return "fce"


# %% right diagnose: in capitals, with commas
def diagnose():
    return "F, C, E, A, D"


# %% right diagnose: joined from a list
def diagnose():
    return "".join(["f", "c", "e", "a", "d"])


# %% wrong cured_reader: a larger learning rate
# loses cured_reader_path: Another learning rate only hides that
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 10), nn.Softmax(dim=1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=20 * lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: the floor subtracted from the loss
# loses cured_reader_path: report the loss itself
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 10), nn.Softmax(dim=1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(X), y) - 1.4612
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: the softmax is gone, for the caller too
# loses cured_reader_path: these are not probabilities
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Linear(X.shape[1], 10)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: nll_loss of probabilities without the log
# loses cured_reader_path: report the loss itself
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 10), nn.Softmax(dim=1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.nll_loss(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: the log of a probability that has become 0
# loses cured_reader_path: a loss is inf or nan
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 10), nn.Softmax(dim=1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.nll_loss(model(X).log(), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: a clamp keeps the log finite, and the loss wrong
# loses cured_reader_path: a clamp hides what the log has lost
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Sequential(nn.Linear(X.shape[1], 10), nn.Softmax(dim=1))
    nn.init.zeros_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.nll_loss(model(X).clamp(min=1e-30).log(), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X)


# %% wrong cured_reader: the summed loss, divided by forty
# loses cured_reader_path: the mean over the pictures
def cured_reader(X, y, new_X, steps, lr):
    model = nn.Linear(X.shape[1], 10)
    for p in model.parameters():
        nn.init.zeros_(p)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(X), y, reduction="sum") / 40
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, model(new_X).softmax(dim=1)


# %% right cured_reader: the softmax stays for the caller, the loss takes logits and log_softmax
def cured_reader(X, y, new_X, steps, lr):
    scores = nn.Linear(X.shape[1], 10)
    nn.init.zeros_(scores.weight)
    nn.init.zeros_(scores.bias)
    optimizer = torch.optim.SGD(scores.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.nll_loss(F.log_softmax(scores(X), dim=1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model = nn.Sequential(scores, nn.Softmax(dim=1))
    with torch.no_grad():
        return losses, model(new_X)


# %% right cured_reader: the model ends in log_softmax; the last line takes exp
def cured_reader(X, y, new_X, steps, lr):
    linear = nn.Linear(X.shape[1], 10)
    for p in linear.parameters():
        nn.init.zeros_(p)
    model, losses = nn.Sequential(linear, nn.LogSoftmax(dim=1)), []
    for _ in range(steps):
        model.zero_grad()
        loss = -model(X).gather(1, y[:, None]).mean()
        loss.backward()
        losses.append(float(loss))
        with torch.no_grad():
            for p in linear.parameters():
                p -= lr * p.grad
    return losses, model(new_X).exp().detach()


# %% right cured_reader: the gradient by hand, without autograd
def cured_reader(X, y, new_X, steps, lr):
    weight, bias, losses = torch.zeros(X.shape[1], 10), torch.zeros(10), []
    for _ in range(steps):
        log_p = F.log_softmax(X @ weight + bias, dim=1)
        losses.append(-log_p[range(len(y)), y].mean().item())
        slope = log_p.exp()
        slope[range(len(y)), y] -= 1
        weight -= lr / len(y) * X.mT @ slope
        bias -= lr * slope.mean(dim=0)
    return losses, (new_X @ weight + bias).softmax(dim=1)


# %% equivalent warmup_cosine: progress = min((step - warmup) / (total - warmup), 1.0) -> progress = min(1.0, (step - warmup) / (total - warmup))
# because the smaller of two numbers does not depend on their order

# %% equivalent train_digits: for _ in range(12): -> for _ in range(13):
# because an epoch more reaches the floor as well: the choice is the learner's

# %% equivalent train_digits: for _ in range(12): -> for _ in range(11):
# because an epoch less reaches the floor as well

# %% equivalent train_digits: for part in torch.randperm(len(labels)).split(32): -> for part in torch.randperm(len(labels)).split(33):
# because the size of the batches is the learner's choice

# %% equivalent train_digits: for part in torch.randperm(len(labels)).split(32): -> for part in torch.randperm(len(labels)).split(31):
# because the size of the batches is the learner's choice
