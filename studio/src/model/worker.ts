import { expose } from 'comlink';
import { config } from 'zod';
import { Service } from './service.js';

// Code made at run time is what the page's security policy forbids.
config({ jitless: true });

expose(new Service());
