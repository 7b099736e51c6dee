# Right and wrong answers to the exercise of Day 6; the format is told in README.md.

# %% wrong linear: the weight lies on its side
# loses linear_values: Linear's weight has shape (3, 2), expected (2, 3)
# loses linear_start: weight has shape (100, 50), expected (50, 100)
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        return x @ self.weight if self.bias is None else x @ self.weight + self.bias

# %% wrong linear: tensors with requires_grad are no Parameters
# loses linear_values: named_parameters() of your Linear gives []
# loses linear_start: wrap the tensor in nn.Parameter
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = torch.empty(outputs, inputs).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(outputs).uniform_(-bound, bound).requires_grad_() if bias else None

    def forward(self, x):
        return x @ self.weight.T if self.bias is None else x @ self.weight.T + self.bias

# %% wrong linear: always has a bias
# loses linear_values: self.bias should be None
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong linear: starts from a normal distribution
# loses linear_start: 1/√inputs = 0.1 is the bound
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.randn(outputs)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %% wrong linear: the bound counts outputs, and the bias starts at zero
# loses linear_start: 1/√inputs = 0.1 is the bound
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = outputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %% wrong linear: reads its parameters through .data
# loses linear_values: the graph is cut
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        out = x @ self.weight.data.T
        return out if self.bias is None else out + self.bias.data

# %% wrong linear: draws the same numbers in every layer
# loses linear_start: don't set a seed inside the layer
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        torch.manual_seed(0)
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %% wrong linear: asks a tensor whether it is true
# loses linear_values: Boolean value of Tensor with more than one value is ambiguous
# loses linear_start: Boolean value of Tensor with more than one value is ambiguous
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))
        if bias:
            self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound))
        else:
            self.bias = None

    def forward(self, x):
        if self.bias:
            return x @ self.weight.T + self.bias
        return x @ self.weight.T

# %% right linear: F.linear, rand, register_parameter
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.weight = nn.Parameter((2 * torch.rand(outputs, inputs) - 1) / inputs**0.5)
        if bias:
            self.bias = nn.Parameter((2 * torch.rand(outputs) - 1) / inputs**0.5)
        else:
            self.register_parameter("bias", None)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

# %% right linear: einsum, nn.init
class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        bound = 1 / inputs**0.5
        self.weight = nn.Parameter(torch.zeros(outputs, inputs))
        nn.init.uniform_(self.weight, -bound, bound)
        self.bias = None
        if bias:
            self.bias = nn.Parameter(torch.zeros(outputs))
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        out = torch.einsum("...i,oi->...o", x, self.weight)
        if self.bias is not None:
            out = out + self.bias
        return out

# %% wrong layer_norm: the variance divides by n - 1
# loses layer_norm_values: LayerNorm divides by n
# loses layer_norm_module: the result differs from nn.LayerNorm's
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True)
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong layer_norm: normalises the columns
# loses layer_norm_values: each column was normalised
# loses layer_norm_module: the result differs from nn.LayerNorm's
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong layer_norm: dim=1 is the last axis of a table only
# loses layer_norm_module: only the last axis is normalised, whichever number it has
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean, variance = x.mean(dim=1, keepdim=True), x.var(dim=1, correction=0, keepdim=True)
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong layer_norm: eps outside the root
# loses layer_norm_values: inside the root
# loses layer_norm_module: the result differs from nn.LayerNorm's
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        std = x.std(dim=-1, correction=0, keepdim=True)
        return (x - mean) / (std + self.eps) * self.weight + self.bias

# %% wrong layer_norm: no eps at all
# loses layer_norm_values: inside the root
# loses layer_norm_module: the result differs from nn.LayerNorm's
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return centred / centred.square().mean(dim=-1, keepdim=True).sqrt() * self.weight + self.bias

# %% wrong layer_norm: PyTorch's own inside
# loses layer_norm_module: forward calls PyTorch's own layer_norm
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)

# %% wrong layer_norm: mean and variance detached
# loses layer_norm_module: Is a part of the computation detached?
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        with torch.no_grad():
            mean = x.mean(dim=-1, keepdim=True)
            variance = x.var(dim=-1, correction=0, keepdim=True)
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong layer_norm: works only in training mode
# loses layer_norm_module: eval() changed the result
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        if self.training:
            x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + self.eps).sqrt()
        return x * self.weight + self.bias

# %% right layer_norm: var_mean and rsqrt
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))

    def forward(self, x):
        variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
        return torch.addcmul(self.bias, (x - mean) * torch.rsqrt(variance + self.eps), self.weight)

# %% right layer_norm: centred squares, in place on its own copy
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps, self.features = eps, features
        self.bias = nn.Parameter(torch.zeros(features))
        self.weight = nn.Parameter(torch.zeros(features) + 1)

    def forward(self, x):
        centred = x - x.sum(dim=-1, keepdim=True) / self.features
        variance = centred.square().sum(dim=-1, keepdim=True) / self.features
        out = centred / torch.sqrt(variance + self.eps) * self.weight
        out += self.bias
        return out

# %% wrong batch_norm: normalises with n - 1
# loses batch_norm_train: divides by n, not by n - 1
# loses batch_norm_eval: wrong after train() was called again
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            mean, variance = x.mean(dim=0), x.var(dim=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * variance.detach()
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: remembers the variance that divides by n
# loses batch_norm_buffers: running_var remembers the variance that divides by n - 1
# loses batch_norm_eval: wrong in evaluation mode after some training
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * variance.detach()
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: momentum weighs the old statistics
# loses batch_norm_buffers: the two parts of the update are exchanged
# loses batch_norm_eval: wrong in evaluation mode after some training
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
                self.running_var = self.momentum * self.running_var + (1 - self.momentum) * x.var(dim=0)
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: knows no evaluation mode
# loses batch_norm_eval: the batch's own statistics were used
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if len(x) == 1:
            raise ValueError("one row has no variance")
        mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
        if self.training:
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dim=0)
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: the running statistics keep the graph
# loses batch_norm_buffers: a buffer carries a graph
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dim=0)
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: the batch's statistics are detached
# loses batch_norm_train: Is a part of the computation detached?
# loses batch_norm_eval: Is a part of the computation detached?
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("one row has no variance")
            with torch.no_grad():
                mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dim=0)
                self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: plain tensors where buffers belong
# loses batch_norm_train: named_buffers() of your BatchNorm1d gives []
# loses batch_norm_buffers: named_buffers() of your BatchNorm1d gives []
# loses batch_norm_eval: named_buffers() of your BatchNorm1d gives []
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.running_mean, self.running_var = torch.zeros(features), torch.ones(features)
        self.num_batches_tracked = torch.tensor(0)

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dim=0)
            self.num_batches_tracked += 1
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias

# %% wrong batch_norm: goes on remembering in evaluation, and accepts a single row
# loses batch_norm_train: should raise a ValueError
# loses batch_norm_eval: evaluation changed running_mean
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = x.mean(dim=0), x.var(dim=0, correction=0)
        out = (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias
        if len(x) > 1:
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * x.mean(dim=0)
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(dim=0)
            self.num_batches_tracked += 1
        return out

# %% wrong batch_norm: the momentum is written as a number
# loses batch_norm_buffers: with momentum=0.5
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            if x.shape[0] == 1:
                raise ValueError("a batch of one")
            mean = x.mean(dim=0)
            var = x.var(dim=0, correction=0)
            with torch.no_grad():
                self.running_mean = 0.9 * self.running_mean + 0.1 * mean
                self.running_var = 0.9 * self.running_var + 0.1 * x.var(dim=0)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias

# %% right batch_norm: refuses a single row only after torch has warned about it
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if self.training:
            mean, var, unbiased = x.mean(dim=0), x.var(dim=0, correction=0), x.var(dim=0)
            if unbiased.isnan().any():
                raise ValueError("a batch of one")
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias

# %% right batch_norm: buffers assigned anew, var_mean
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        for name, start in [("running_mean", torch.zeros(features)), ("running_var", torch.ones(features))]:
            self.register_buffer(name, start)
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def forward(self, x):
        if not self.training:
            return self.weight * (x - self.running_mean) * torch.rsqrt(self.running_var + self.eps) + self.bias
        batch = x.shape[0]
        if batch == 1:
            raise ValueError("a batch of one")
        variance, mean = torch.var_mean(x, dim=0, correction=0)
        unbiased = variance.detach() * batch / (batch - 1)
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        self.num_batches_tracked = self.num_batches_tracked + 1
        return self.weight * (x - mean) * torch.rsqrt(variance + self.eps) + self.bias

# %% right batch_norm: in place, by mul_ and add_
class BatchNorm1d(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    @torch.no_grad()
    def remember(self, x):
        self.running_mean.mul_(1 - self.momentum).add_(self.momentum * x.mean(dim=0))
        self.running_var.mul_(1 - self.momentum).add_(self.momentum * x.var(dim=0))
        self.num_batches_tracked.add_(1)

    def forward(self, x):
        if self.training:
            if x.size(0) < 2:
                raise ValueError("needs two rows")
            centred = x - x.mean(dim=0, keepdim=True)
            scaled = centred / (centred.pow(2).mean(dim=0, keepdim=True) + self.eps).sqrt()
            self.remember(x)
        else:
            scaled = (x - self.running_mean) / torch.sqrt(self.running_var + self.eps)
        return scaled * self.weight + self.bias

# %% wrong dropout: keeps with probability p
# loses dropout_train: p is the probability to drop, not to keep
# loses dropout_edges: with p = 0 nothing is dropped
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) < self.p) / max(self.p, 1e-9) if self.training else x

# %% wrong dropout: scales in evaluation, as it was done in 2012
# loses dropout_train: what is kept should be multiplied by 1 / (1 - p)
# loses dropout_edges: in evaluation the result should equal the input
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return x * (torch.rand_like(x) >= self.p) if self.training else x * (1 - self.p)

# %% wrong dropout: knows no evaluation mode
# loses dropout_edges: in evaluation the result should equal the input
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return x * (torch.rand_like(x) >= self.p) * scale

# %% wrong dropout: one coin a column
# loses dropout_train: whole columns are dropped together
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        return x * (torch.rand(x.shape[-1]) >= self.p).to(x.dtype) / (1 - self.p)

# %% wrong dropout: p = 1 gives nan, and any p is taken
# loses dropout_edges: should raise a ValueError
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p) if self.training else x

# %% wrong dropout: 0 * inf
# loses dropout_edges: p = 1 gives nan
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p) if self.training else x

# %% wrong dropout: works in place
# loses dropout_train: changed a tensor it was given
# loses dropout_edges: changed a tensor it was given
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        if self.training and self.p > 0:
            x[torch.rand_like(x) < self.p] = 0
            x *= 1 / (1 - self.p) if self.p < 1 else 1
        return x

# %% wrong dropout: draws its mask once and for all
# loses dropout_train: the second call dropped the same numbers
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        generator = torch.Generator().manual_seed(0)
        kept = torch.rand(x.shape, generator=generator) >= self.p
        return torch.where(kept, x / (1 - self.p if self.p < 1 else 1), torch.zeros_like(x))

# %% wrong dropout: F.dropout
# loses dropout_train: forward calls PyTorch's own
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("no probability")
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training)

# %% right dropout: a mask of booleans, and zeros that no gradient reaches
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        mask = torch.rand_like(x) > self.p
        return x * mask / (1 - self.p)

# %% right dropout: rand and where
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p lies between 0 and 1")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        return torch.where(torch.rand(x.shape) < self.p, torch.zeros_like(x), x / (1 - self.p))

# %% right dropout: a scaled mask, masked_fill
class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p > 1 or p < 0:
            raise ValueError("p lies between 0 and 1")
        self.p = p

    def forward(self, x):
        if self.training:
            scale = 1 / (1 - self.p) if self.p < 1 else 1.0
            x = (x * scale).masked_fill(torch.empty_like(x).bernoulli_(self.p).bool(), 0)
        return x

# %% wrong residual_mlp: the blocks sit in a Python list
# loses residual_mlp_state: modules in a Python list are not registered
# loses residual_mlp_values: stopped with RuntimeError
# loses residual_mlp_modes: in evaluation two calls differ
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.drop(self.second(torch.relu(self.first(self.norm(x)))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = [Block(width, p) for _ in range(depth)]

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: one block, depth times
# loses residual_mlp_state: one block was put in several times
# loses residual_mlp_values: not among the parameters
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.drop(self.second(torch.relu(self.first(self.norm(x)))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList([Block(width, p)] * depth)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: nothing is left on the table
# loses residual_mlp_values: the block's input is added at the end
# loses residual_mlp_modes: in evaluation, without dropout
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.drop(self.second(torch.relu(self.first(self.norm(x)))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList(Block(width, p) for _ in range(depth))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: what is kept is normalised, too
# loses residual_mlp_values: the block's input is added at the end
# loses residual_mlp_modes: in evaluation, without dropout
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = self.norm(x)
        return x + self.drop(self.second(torch.relu(self.first(x))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList(Block(width, p) for _ in range(depth))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: F.dropout is always on
# loses residual_mlp_modes: F.dropout needs training=self.training
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.p = nn.LayerNorm(width), p
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + F.dropout(self.second(torch.relu(self.first(self.norm(x)))), self.p)


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList(Block(width, p) for _ in range(depth))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: p never reaches the blocks
# loses residual_mlp_modes: two calls in training mode agree
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.drop(self.second(torch.relu(self.first(self.norm(x)))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList(Block(width) for _ in range(depth))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong residual_mlp: dropout on the sum
# loses residual_mlp_modes: Is drop the last?
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.drop(x + self.second(torch.relu(self.first(self.norm(x)))))


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.blocks = nn.ModuleList(Block(width, p) for _ in range(depth))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% right residual_mlp: a Sequential of blocks, each with a Sequential view of its layers
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.drop = nn.LayerNorm(width), nn.Dropout(p)
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        change = self.norm(x)
        change = F.relu(self.first(change))
        change = self.drop(self.second(change))
        return torch.add(x, change)


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem = nn.Linear(inputs, width)
        self.blocks = nn.Sequential(*[Block(width, p) for _ in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))

# %% right residual_mlp: from one's own layers, and F.dropout with the mode
class Block(nn.Module):
    def __init__(self, width, p=0.0):
        super().__init__()
        self.norm, self.p = LayerNorm(width), p
        self.first, self.second = Linear(width, 4 * width), Linear(4 * width, width)

    def forward(self, x):
        change = self.second(self.first(self.norm(x)).clamp(min=0))
        return x + F.dropout(change, self.p, training=self.training)


class ResidualMLP(nn.Module):
    def __init__(self, inputs, width, outputs, depth, p=0.0):
        super().__init__()
        self.stem, self.head = Linear(inputs, width), Linear(width, outputs)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(Block(width, p))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

# %% wrong tie: copies the values
# loses tie_same_parameter: the model still has two weights
def tie(model, name, other):
    if model.get_parameter(name).shape != model.get_parameter(other).shape:
        raise ValueError("shapes differ")
    with torch.no_grad():
        model.get_parameter(other).copy_(model.get_parameter(name))
    return model

# %% wrong tie: shares the memory, through .data
# loses tie_same_parameter: the model still has two weights
def tie(model, name, other):
    if model.get_parameter(name).shape != model.get_parameter(other).shape:
        raise ValueError("shapes differ")
    model.get_parameter(other).data = model.get_parameter(name).data
    return model

# %% wrong tie: the wrong way round
# loses tie_same_parameter: the values of the first name should stay
def tie(model, name, other):
    shared = model.get_parameter(other)
    if model.get_parameter(name).shape != shared.shape:
        raise ValueError("shapes differ")
    path, _, last = name.rpartition(".")
    setattr(model.get_submodule(path), last, shared)
    return model

# %% wrong tie: ties what does not fit
# loses tie_same_parameter: different shapes should raise a ValueError
def tie(model, name, other):
    path, _, last = other.rpartition(".")
    setattr(model.get_submodule(path), last, model.get_parameter(name))
    return model

# %% wrong tie: finds modules at the top only
# loses tie_same_parameter: tie stopped with
def tie(model, name, other):
    (first, weight), (second, last) = name.split("."), other.split(".")
    shared = getattr(getattr(model, first), weight)
    if getattr(getattr(model, second), last).shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(getattr(model, second), last, shared)
    return model

# %% right tie: walks down by getattr
def tie(model, name, other):
    def holder(path):
        module = model
        for step in path.split(".")[:-1]:
            module = getattr(module, step)
        return module, path.split(".")[-1]

    first, second = holder(name), holder(other)
    shared = getattr(*first)
    if shared.shape != getattr(*second).shape:
        raise ValueError("the shapes differ")
    setattr(*second, shared)
    return model

# %% right tie: register_parameter
def tie(model, name, other):
    parameters = dict(model.named_parameters(remove_duplicate=False))
    if tuple(parameters[name].shape) != tuple(parameters[other].shape):
        raise ValueError("the shapes differ")
    modules = dict(model.named_modules())
    path, _, last = other.rpartition(".")
    modules[path].register_parameter(last, parameters[name])
    return model

# %% wrong freeze_all_but: compares beginnings, not names
# loses freeze_all_but_names: compare up to the dot
def freeze_all_but(model, *names):
    for name in names:
        if not any(known.startswith(name) for known, _ in model.named_parameters()):
            raise ValueError(name)
    for known, parameter in model.named_parameters():
        parameter.requires_grad_(known.startswith(names))
    return [known for known, parameter in model.named_parameters() if parameter.requires_grad]

# %% wrong freeze_all_but: never thaws
# loses freeze_all_but_names: must be thawed if it is named
def freeze_all_but(model, *names):
    for name in names:
        if not any(f"{known}.".startswith(f"{name}.") for known, _ in model.named_parameters()):
            raise ValueError(name)
    for known, parameter in model.named_parameters():
        if not any(f"{known}.".startswith(f"{name}.") for name in names):
            parameter.requires_grad = False
    return [known for known, parameter in model.named_parameters() if parameter.requires_grad]

# %% wrong freeze_all_but: sets an attribute of the modules
# loses freeze_all_but_names: body.0.weight is still trainable
def freeze_all_but(model, *names):
    for known, module in model.named_modules():
        module.requires_grad = known in names
    return [known for known, parameter in model.named_parameters() if parameter.requires_grad]

# %% wrong freeze_all_but: passes over a misspelt name
# loses freeze_all_but_names: such as a misspelt one, should raise a ValueError
def freeze_all_but(model, *names):
    for known, parameter in model.named_parameters():
        parameter.requires_grad_(any(f"{known}.".startswith(f"{name}.") for name in names))
    return [known for known, parameter in model.named_parameters() if parameter.requires_grad]

# %% wrong freeze_all_but: complains after it has frozen everything
# loses freeze_all_but_names: some parameters were changed before
def freeze_all_but(model, *names):
    model.requires_grad_(False)
    for name in names:
        below = [p for known, p in model.named_parameters() if f"{known}.".startswith(f"{name}.")]
        if not below:
            raise ValueError(name)
        for parameter in below:
            parameter.requires_grad_(True)
    return [known for known, parameter in model.named_parameters() if parameter.requires_grad]

# %% wrong freeze_all_but: names what it froze
# loses freeze_all_but_names: the list should name the trainable parameters
def freeze_all_but(model, *names):
    for name in names:
        if not any(f"{known}.".startswith(f"{name}.") for known, _ in model.named_parameters()):
            raise ValueError(name)
    for known, parameter in model.named_parameters():
        parameter.requires_grad_(any(f"{known}.".startswith(f"{name}.") for name in names))
    return [known for known, parameter in model.named_parameters() if not parameter.requires_grad]

# %% right freeze_all_but: through modules
def freeze_all_but(model, *names):
    known, modules = dict(model.named_parameters()), dict(model.named_modules())
    chosen = []
    for name in names:
        if name in known:
            chosen.append(known[name])
        elif name and name in modules and list(modules[name].parameters()):
            chosen.extend(modules[name].parameters())
        else:
            raise ValueError(f"no parameter fits {name}")
    for parameter in model.parameters():
        parameter.requires_grad = False
    for parameter in chosen:
        parameter.requires_grad = True
    return [name for name, parameter in known.items() if parameter.requires_grad]

# %% right freeze_all_but: path by path
def freeze_all_but(model, *names):
    def paths(name):
        steps = name.split(".")
        return {".".join(steps[: i + 1]) for i in range(len(steps))}

    everything = set().union(*(paths(name) for name, _ in model.named_parameters()))
    unknown = set(names) - everything
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    result = []
    for name, parameter in model.named_parameters():
        keep = not paths(name).isdisjoint(names)
        parameter.requires_grad_(keep)
        if keep:
            result.append(name)
    return result

# %% wrong swap_head: changes the number only
# loses swap_head_layer: the old layer is still there
def swap_head(model, name, outputs):
    layer = model.get_submodule(name)
    if not isinstance(layer, nn.Linear):
        raise TypeError(name)
    layer.out_features = outputs
    return model

# %% wrong swap_head: puts the new layer behind the old one
# loses swap_head_layer: the old layer is still there
def swap_head(model, name, outputs):
    layer = model.get_submodule(name)
    if not isinstance(layer, nn.Linear):
        raise TypeError(name)
    model.append(nn.Linear(layer.out_features, outputs))
    return model

# %% wrong swap_head: finds layers at the top only
# loses swap_head_layer: swap_head stopped with
def swap_head(model, name, outputs):
    old = getattr(model, name)
    if not isinstance(old, nn.Linear):
        raise TypeError(name)
    setattr(model, name, nn.Linear(old.in_features, outputs, old.bias is not None, old.weight.device, old.weight.dtype))
    return model

# %% wrong swap_head: forgets the dtype
# loses swap_head_layer: should have the old one's dtype
def swap_head(model, name, outputs):
    old = model.get_submodule(name)
    if not isinstance(old, nn.Linear):
        raise TypeError(name)
    path, _, last = name.rpartition(".")
    setattr(model.get_submodule(path), last, nn.Linear(old.in_features, outputs, bias=old.bias is not None))
    return model

# %% wrong swap_head: gives every new layer a bias
# loses swap_head_layer: the old layer had no bias
def swap_head(model, name, outputs):
    old = model.get_submodule(name)
    if not isinstance(old, nn.Linear):
        raise TypeError(name)
    path, _, last = name.rpartition(".")
    setattr(model.get_submodule(path), last, nn.Linear(old.in_features, outputs).to(old.weight))
    return model

# %% wrong swap_head: hands the old layer's frozen state on
# loses swap_head_layer: the new one must be trainable
def swap_head(model, name, outputs):
    old = model.get_submodule(name)
    if not isinstance(old, nn.Linear):
        raise TypeError(name)
    new = nn.Linear(old.in_features, outputs, bias=old.bias is not None).to(old.weight)
    new.requires_grad_(old.weight.requires_grad)
    path, _, last = name.rpartition(".")
    setattr(model.get_submodule(path), last, new)
    return model

# %% wrong swap_head: takes any layer
# loses swap_head_layer: should raise a TypeError
def swap_head(model, name, outputs):
    old = model.get_submodule(name)
    path, _, last = name.rpartition(".")
    new = nn.Linear(old.in_features, outputs, bias=old.bias is not None, device=old.weight.device, dtype=old.weight.dtype)
    setattr(model.get_submodule(path), last, new)
    return model

# %% right swap_head: walks down, then .to(old.weight)
def swap_head(model, name, outputs):
    *above, last = name.split(".")
    parent = model
    for step in above:
        parent = getattr(parent, step)
    old = getattr(parent, last)
    if not isinstance(old, nn.Linear):
        raise TypeError("no Linear")
    setattr(parent, last, nn.Linear(old.in_features, outputs, old.bias is not None).to(old.weight))
    return model

# %% right swap_head: set_submodule
def swap_head(model, name, outputs):
    old = model.get_submodule(name)
    if type(old) is not nn.Linear:
        raise TypeError("no Linear")
    weight = old.weight
    new = nn.Linear(weight.shape[1], outputs, bias=old.bias is not None, device=weight.device, dtype=weight.dtype)
    model.set_submodule(name, new)
    return model

# %% wrong checkpoint: forgets the optimizer
# loses checkpoint_resume: the optimizer's state was not restored
def save_checkpoint(path, model, optimizer, step):
    torch.save({"model": model.state_dict(), "step": step}, path)
    return path


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path)
    model.load_state_dict(checkpoint["model"])
    return checkpoint["step"]

# %% wrong checkpoint: saves the parameters, not the buffers
# loses checkpoint_resume: Is everything of the model restored
def save_checkpoint(path, model, optimizer, step):
    torch.save({"model": dict(model.named_parameters()), "optimizer": optimizer.state_dict(), "step": step}, path)
    return path


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path)
    model.load_state_dict(checkpoint["model"], strict=False)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["step"]

# %% wrong checkpoint: pickles the objects
# loses checkpoint_resume: save the state_dicts, not the objects
def save_checkpoint(path, model, optimizer, step):
    torch.save((model, optimizer, step), path)
    return path


def load_checkpoint(path, model, optimizer):
    saved, its_optimizer, step = torch.load(path, weights_only=False)
    model.load_state_dict(saved.state_dict())
    optimizer.load_state_dict(its_optimizer.state_dict())
    return step

# %% wrong checkpoint: keeps it in memory, where it goes on changing
# loses checkpoint_resume: save_checkpoint wrote no file
SAVED = {}


def save_checkpoint(path, model, optimizer, step):
    SAVED[path] = model.state_dict(), optimizer.state_dict(), step
    return path


def load_checkpoint(path, model, optimizer):
    model.load_state_dict(SAVED[path][0])
    optimizer.load_state_dict(SAVED[path][1])
    return SAVED[path][2]

# %% wrong checkpoint: returns nothing
# loses checkpoint_resume: load_checkpoint returned None
def save_checkpoint(path, model, optimizer, step):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, path)
    return path


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])

# %% wrong checkpoint: loads what does not fit in silence
# loses checkpoint_resume: should raise a RuntimeError, not be loaded in silence
def save_checkpoint(path, model, optimizer, step):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, path)
    return path


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path)
    own = model.state_dict()
    fitting = {name: value for name, value in checkpoint["model"].items() if value.shape == own[name].shape}
    model.load_state_dict(fitting, strict=False)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["step"]

# %% wrong checkpoint: opens files from strangers
# loses checkpoint_resume: ran the stranger's program
def save_checkpoint(path, model, optimizer, step):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, path)
    return path


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, weights_only=False)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["step"]

# %% equivalent checkpoint: checkpoint = torch.load(path, weights_only=True) -> checkpoint = torch.load(path)
# because weights_only=True is the default since torch 2.6

# %% right checkpoint: a tuple, and clones
def save_checkpoint(path, model, optimizer, step):
    state = {name: value.clone() for name, value in model.state_dict().items()}
    torch.save((state, optimizer.state_dict(), step), path)
    return path


def load_checkpoint(path, model, optimizer):
    state, of_optimizer, step = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state)
    optimizer.load_state_dict(of_optimizer)
    return step

# %% right checkpoint: an open file, the step as a tensor
def save_checkpoint(path, model, optimizer, step):
    with open(path, "wb") as file:
        torch.save([model.state_dict(), optimizer.state_dict(), torch.tensor(step)], file)
    return path


def load_checkpoint(path, model, optimizer):
    with open(path, "rb") as file:
        first, second, step = torch.load(file)
    model.load_state_dict(first, strict=True)
    optimizer.load_state_dict(second)
    return int(step)

# %% wrong load_matching: strict=False forgives names, not shapes
# loses load_matching_part: load_matching stopped with RuntimeError
def load_matching(model, state):
    return sorted(model.load_state_dict(state, strict=False).missing_keys)

# %% wrong load_matching: returns what was loaded
# loses load_matching_part: you say ['0.bias', '0.weight']
def load_matching(model, state):
    own = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    model.load_state_dict(fitting, strict=False)
    return sorted(fitting)

# %% wrong load_matching: forgets what the file lacks
# loses load_matching_part: you say ['2.bias', '2.weight']
def load_matching(model, state):
    own = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    model.load_state_dict(fitting, strict=False)
    return sorted(name for name in state if name not in fitting)

# %% wrong load_matching: parameters only
# loses load_matching_part: where everything fits, nothing is left over
def load_matching(model, state):
    left = []
    for name, parameter in model.named_parameters():
        if name in state and state[name].shape == parameter.shape:
            with torch.no_grad():
                parameter.copy_(state[name])
        else:
            left.append(name)
    left += [name for name, _ in model.named_buffers()]
    return sorted(left)

# %% wrong load_matching: hands over the tensors themselves
# loses load_matching_part: the model shares memory with the state
def load_matching(model, state):
    own = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    model.load_state_dict(fitting, strict=False, assign=True)
    return sorted(own.keys() - fitting.keys())

# %% wrong load_matching: takes whatever can be copied or stretched
# loses load_matching_part: they must be equal
def load_matching(model, state):
    left = []
    with torch.no_grad():
        for name, value in model.state_dict().items():
            try:
                value.copy_(state[name])
            except (KeyError, RuntimeError):
                left.append(name)
    return sorted(left)

# %% right load_matching: copy_ into the model's own tensors
def load_matching(model, state):
    left = []
    for name, value in model.state_dict().items():
        if name in state and state[name].shape == value.shape:
            value.copy_(state[name])
        else:
            left.append(name)
    left.sort()
    return left

# %% right load_matching: the report's missing keys
def load_matching(model, state):
    own = model.state_dict()
    common = own.keys() & state.keys()
    report = model.load_state_dict({n: state[n] for n in common if state[n].size() == own[n].size()}, strict=False)
    return sorted(report.missing_keys)

# %% wrong lab_scaler: as it was
# loses lab_scaler_repair: something it needs is not in its state_dict
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = torch.zeros(features)
        self.std = torch.ones(features)

    def fit(self, x):
        self.mean = x.mean(dim=0)
        self.std = x.std(dim=0)

    def forward(self, x):
        return (x - self.mean) / self.std

# %% wrong lab_scaler: scales by the batch, which hides the symptom
# loses lab_scaler_repair: hides the symptom only
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()

    def fit(self, x):
        pass

    def forward(self, x):
        return (x - x.mean(dim=0)) / (x.std(dim=0, correction=0) + 1e-6)

# %% wrong lab_scaler: the measurements sit in the class, which hides the symptom
# loses lab_scaler_repair: Do the measurements sit in the class, or in a global?
class RepairedScaler(nn.Module):
    mean, std = 0.0, 1.0

    def __init__(self, features):
        super().__init__()

    def fit(self, x):
        RepairedScaler.mean, RepairedScaler.std = x.mean(dim=0), x.std(dim=0)

    def forward(self, x):
        return (x - RepairedScaler.mean) / RepairedScaler.std

# %% wrong lab_scaler: Parameters are trained
# loses lab_scaler_repair: must not be trained
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features))
        self.std = nn.Parameter(torch.ones(features))

    def fit(self, x):
        with torch.no_grad():
            self.mean.copy_(x.mean(dim=0))
            self.std.copy_(x.std(dim=0))

    def forward(self, x):
        return (x - self.mean) / self.std

# %% wrong lab_scaler: saved by get_extra_state, and left behind by .to()
# loses lab_scaler_repair: something it needs stays behind
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean, self.std = torch.zeros(features), torch.ones(features)

    def get_extra_state(self):
        return {"mean": self.mean, "std": self.std}

    def set_extra_state(self, state):
        self.mean, self.std = state["mean"], state["std"]

    def fit(self, x):
        self.mean, self.std = x.mean(dim=0), x.std(dim=0)

    def forward(self, x):
        return (x - self.mean) / self.std

# %% wrong lab_scaler: the buffers are not persistent
# loses lab_scaler_repair: something it needs is not in its state_dict
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features), persistent=False)
        self.register_buffer("std", torch.ones(features), persistent=False)

    def fit(self, x):
        self.mean, self.std = x.mean(dim=0), x.std(dim=0)

    def forward(self, x):
        return (x - self.mean) / self.std

# %% wrong lab_scaler: the buffers come into being in fit
# loses lab_scaler_repair: stopped with RuntimeError
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()

    def fit(self, x):
        self.register_buffer("mean", x.mean(dim=0))
        self.register_buffer("std", x.std(dim=0))

    def forward(self, x):
        return (x - self.mean) / self.std if hasattr(self, "mean") else x

# %% right lab_scaler: buffers filled in place
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        for name, start in (("mean", 0.0), ("std", 1.0)):
            self.register_buffer(name, torch.full((features,), start))

    def fit(self, x):
        self.mean.copy_(x.mean(dim=0))
        self.std.copy_(x.std(dim=0))

    def forward(self, x):
        return x.sub(self.mean).div(self.std)

# %% right lab_scaler: parameters that are not trained
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.std = nn.Parameter(torch.ones(features), requires_grad=False)

    def fit(self, x):
        self.mean.copy_(x.mean(dim=0))
        self.std.copy_(x.std(dim=0))

    def forward(self, x):
        return (x - self.mean) / self.std

# %% right lab_scaler: one buffer for both, by other names
class RepairedScaler(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("measured", torch.stack([torch.zeros(features), torch.ones(features)]))

    def fit(self, x):
        self.measured = torch.stack([x.mean(dim=0), x.std(dim=0)])

    def forward(self, x):
        mean, std = self.measured
        return (x - mean) / std

# %% wrong lab_cause: blames the mode
# loses lab_cause_letter: that is not the cause
def lab_cause():
    return "b"

# %% wrong lab_cause: a whole sentence
# loses lab_cause_letter: expected one letter from a to e
def lab_cause():
    return "mean and std are plain attributes"

# %% right lab_cause: a capital letter
def lab_cause():
    return "E"
