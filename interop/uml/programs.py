"""Programs of others that run in the guest: what they print comes out as events, what they are told goes in."""

import itertools
import signal as signals
import subprocess
import threading


class Programs:
    """All that were started. `say` sends an event."""

    def __init__(self, say):
        self.say = say
        self.numbers = itertools.count(1)
        self.running = {}
        self.commands = {f.__name__: f for f in (self.start, self.tell, self.signal)}

    def start(self, arguments, environment):
        # Line by line: these programs buffer what they print, and a killed one would never show it.
        process = subprocess.Popen(['env', *environment, 'stdbuf', '-oL', *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        number = next(self.numbers)
        self.running[number] = process
        threading.Thread(target=self.follow, args=(number, process), daemon=True).start()
        return number

    def follow(self, number, process):
        while text := process.stdout.read1(4096):
            self.say(program=number, event='output', text=text.decode('utf-8', 'replace'))
        code = process.wait()
        del self.running[number]
        self.say(program=number, event='exit', code=code)

    def tell(self, program, text):
        self.running[program].stdin.write(text.encode())
        self.running[program].stdin.flush()

    def signal(self, program, name):
        """Nothing happens to one that has ended."""
        process = self.running.get(program)
        if process is not None:
            process.send_signal(getattr(signals, name))
