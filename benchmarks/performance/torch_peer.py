"""The straightforward PyTorch program of the same workloads (workloads.cc), on one thread.

Reads "<workload> <seconds>" lines and answers with the processor time of one call in milliseconds.
"""
import copy
import sys
import time

import torch
from torch import nn

FIELD, BATCH, SET, PLANNING, CANDIDATES, JOBS = 384, 64, 100, 5, 500, 10000


def mlp(widths, dropout=0.1):
    layers, width = [], 6 * FIELD
    for out in widths:
        layers += [nn.Linear(width, out), nn.ReLU(), nn.Dropout(dropout)]
        width = out
    return nn.Sequential(*layers, nn.Linear(width, 1))


class Workloads:
    def __init__(self):
        self.states = torch.rand(CANDIDATES, 2 * FIELD) * 2 - 1
        self.jobs = torch.rand(JOBS, 4 * FIELD) * 2 - 1
        self.q = mlp([512, 256, 128])
        self.target = copy.deepcopy(self.q).eval()
        self.model = mlp([512, 256])
        self.q_optimizer = torch.optim.Adam(self.q.parameters(), lr=1e-3)
        self.model_optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        self.many = None

    def draw(self):
        return torch.randint(CANDIDATES, (BATCH,)), torch.randint(JOBS, (BATCH,)), torch.rand(BATCH)

    def step(self, network, optimizer, candidates, jobs, targets):
        network.train()
        inputs = torch.cat([self.states[candidates], self.jobs[jobs]], 1)
        loss = nn.functional.mse_loss(network(inputs).squeeze(1), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def train(self):
        self.step(self.q, self.q_optimizer, *self.draw())

    @torch.no_grad()
    def values(self, network, state, jobs):
        network.eval()
        return network(torch.cat([state.expand(len(jobs), -1), jobs], 1)).squeeze(1)

    @torch.no_grad()
    def maxima(self, candidates):
        """max over a' of Q(s', a'), all sets of the batch in one forward pass."""
        sets = torch.randint(JOBS, (BATCH, SET))
        states = self.states[candidates].unsqueeze(1).expand(-1, SET, -1)
        inputs = torch.cat([states, self.jobs[sets]], 2).view(BATCH * SET, -1)
        return self.target(inputs).view(BATCH, SET).max(1).values

    def dyna(self, planning=PLANNING):
        self.values(self.q, self.states[1], self.jobs[torch.randint(JOBS, (SET,))]).argmax()
        for update in range(planning + 1):
            candidates, jobs, rewards = self.draw()
            if update == 0:
                self.step(self.model, self.model_optimizer, candidates, jobs, rewards)
            else:
                self.model.eval()
                with torch.no_grad():
                    inputs = torch.cat([self.states[candidates], self.jobs[jobs]], 1)
                    rewards = self.model(inputs).squeeze(1)
            targets = rewards + 0.3 * self.maxima(candidates)
            self.step(self.q, self.q_optimizer, candidates, jobs, targets)

    def train_run(self):
        """One step of pre-training, which does not plan."""
        self.dyna(planning=0)

    def top_ten(self, times=1):
        """Of 100,000 jobs, or of more that are the same ones again, as in workloads.cc."""
        if self.many is None:
            self.many = torch.rand(100000, 4 * FIELD) * 2 - 1
        parts = [self.values(self.q, self.states[1], part)
                 for _ in range(times) for part in self.many.split(4096)]
        torch.cat(parts).topk(10)


def measure(work, seconds, warm_up):
    warm_up()
    begin, calls = time.thread_time(), 0
    while (end := time.thread_time()) - begin < seconds or calls == 0:
        work()
        calls += 1
    return (end - begin) / calls * 1e3


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    workloads = Workloads()
    known = {"train": workloads.train, "dyna": workloads.dyna, "dyna-stored": workloads.dyna,
             "train-run": workloads.train_run,
             "top10-100k": workloads.top_ten,
             "top10-1m": lambda: workloads.top_ten(10)}
    print("torch", torch.__version__, flush=True)
    for line in sys.stdin:
        name, seconds = line.split()
        warm_up = known["top10-100k" if name == "top10-1m" else name]
        print(measure(known[name], float(seconds), warm_up), flush=True)


if __name__ == "__main__":
    main()
