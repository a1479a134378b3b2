import { expose } from 'comlink';
import { config } from 'zod';
import { Service } from './service.js';

// The page's security policy forbids code that is made at run time.
config({ jitless: true });

expose(new Service());
