// CSS modules for specs: every class has its own name.
export default new Proxy({}, { get: (_, name) => String(name) });
