// Sends bodies of responses as bytes, because Fastify serialises objects only for `application/json`.
import type { FastifyReply } from 'fastify';
import { headersOf, type Problem } from './problems.js';

export const json = (body: object): Buffer => Buffer.from(JSON.stringify(body));

export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.code(problem.status).headers(headersOf(problem)).type('application/problem+json').send(json(problem));
