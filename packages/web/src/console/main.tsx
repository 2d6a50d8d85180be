// The console starts here.
export {};
