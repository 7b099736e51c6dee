"""Kernels for jupyter_client that run in the sandbox: forked from its warm parent, reached over IPC."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty

import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory

from torchdays import course
from torchdays.grading.inside import ORDER

PROVISIONER = "torchdays-sandbox"
READY = 60  # seconds until a kernel answers
ENDED = 1  # seconds until a killed one is gone


class SandboxProvisioner(KernelProvisionerBase):
    """Starts a kernel in ``parent.sandbox`` and sees to its end; jupyter_client's interface for such things."""

    process = None

    @property
    def has_process(self):
        return self.process is not None

    async def poll(self):
        """None while the kernel lives."""
        with suppress(psutil.Error):  # it may end between two looks
            if self.process is not None and self.process.is_running() and self.process.status() != "zombie":
                return None
        return 0

    async def wait(self):
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        self.process = None
        return 0

    async def send_signal(self, signum):
        if self.process is not None:
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                os.kill(self.process.pid, signum)

    async def kill(self, restart=False):
        await self.send_signal(signal.SIGKILL)
        with suppress(TimeoutError):  # jupyter_client looks again only after a tenth of a second
            async with asyncio.timeout(ENDED):
                while await self.poll() is None:
                    await asyncio.sleep(0.002)

    async def terminate(self, restart=False):
        await self.kill()  # the first process of its namespaces: all that it started ends with it

    async def pre_launch(self, **kwargs):
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd, **kwargs):
        manager = self.parent
        pid, self.connection_info = await asyncio.to_thread(
            manager.sandbox.fork, manager.session.key, manager.files, manager.limits
        )
        self.process = psutil.Process(pid)
        return self.connection_info

    async def cleanup(self, restart=False):
        self.process = None


class OrderingClient(AsyncKernelClient):
    """jupyter_client's client, which can send an order in front of a cell, and waits no longer than it must."""

    order = None  # for inside.Kernel.do_execute: the names to keep of what is executed next, those of CHANGING marked

    def execute(self, code, *args, **kwargs):
        """jupyter_client's interface."""
        if self.order is not None:
            code = f"{ORDER}{' '.join(self.order)}\n{code}"
        elif code.startswith(ORDER):  # forged: review.py has read it as what is no Python; so shall the kernel
            code = f"\n{code}"
        return super().execute(code, *args, **kwargs)

    async def wait_for_ready(self, timeout=None):
        """jupyter_client's interface: until the kernel has answered on both channels.

        jupyter_client then waits for a fifth of a second of silence; nbclient needs none, since it knows its answers.
        """
        end = time.monotonic() + (timeout or READY)
        while time.monotonic() < end:
            self.kernel_info()
            with suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.02)  # it takes a moment until the kernel knows who listens
                return
            if not await self.parent.is_alive():
                raise RuntimeError("the kernel ended before it was ready")
        raise RuntimeError("the kernel did not answer in time")


class SandboxKernelManager(AsyncKernelManager):
    """Manages one kernel in a sandbox. Set sandbox, files and limits, as for Sandbox.fork, before it starts."""

    transport = "ipc"
    client_factory = OrderingClient
    kernel_spec = KernelSpec(
        argv=[], display_name="Sandbox", metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}}
    )


class PlainKernelManager(AsyncKernelManager):
    """Manages one kernel without any wall, for `--no-sandbox`: the same kernel, with this user's rights."""

    client_factory = OrderingClient
    kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "torchdays.grading.inside", "{connection_file}"], display_name="No sandbox"
    )

    async def _async_pre_start_kernel(self, **kwargs):
        self.folder = tempfile.TemporaryDirectory(prefix="torchdays-")
        for name, content in self.files.items():
            path = Path(self.folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        environment = os.environ | {"PYTHONPATH": str(course.ROOT), "OMP_NUM_THREADS": "1", "JPY_PARENT_PID": ""}
        return await super()._async_pre_start_kernel(cwd=self.folder.name, env=environment, **kwargs)

    pre_start_kernel = _async_pre_start_kernel


factory = KernelProvisionerFactory.instance()
factory.provisioners[PROVISIONER] = EntryPoint(
    PROVISIONER, f"{__name__}:SandboxProvisioner", KernelProvisionerFactory.GROUP_NAME
)
