"""Kernels for jupyter_client that run in the sandbox: forked from its warm parent, reached over IPC."""

import asyncio
import os
import signal
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import EntryPoint
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory

from torchdays import course

PROVISIONER = "torchdays-sandbox"


class SandboxProvisioner(KernelProvisionerBase):
    """Starts a kernel in ``parent.sandbox`` and sees to its end; jupyter_client's interface for such things."""

    process = None

    @property
    def has_process(self):
        return self.process is not None

    async def poll(self):
        """None while the kernel lives."""
        alive = self.process is not None and self.process.is_running() and self.process.status() != "zombie"
        return None if alive else 0

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


class SandboxKernelManager(AsyncKernelManager):
    """Manages one kernel in a sandbox. Set sandbox, files and limits, as for Sandbox.fork, before it starts."""

    transport = "ipc"
    kernel_spec = KernelSpec(
        argv=[], display_name="Sandbox", metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}}
    )


class PlainKernelManager(AsyncKernelManager):
    """Manages one kernel without any wall, for `--no-sandbox`: the same kernel, with this user's rights."""

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
