import { DomainError, messageOf, type Question, type Log } from '../../core';
import { InProcessQuestions, Questions, unanswered, type Answering } from '../ports/questions';
import { Answerer } from './answerer';
import { Asker } from './asker';
import { ReconnectingConnection } from './reconnecting-connection';
import { readAsked, readReply, writeAsked, writeReply } from './reply';

export interface RabbitMqQuestionsOptions {
  /** `amqp://user:password@host:port/vhost`, or `amqps:`. */
  url: string;
  log: Log;
  /** Prefix of all queues, the same for every process; default `thali`. */
  prefix?: string;
}

/** Questions between processes. A question that a module of this process answers is asked in process. */
export class RabbitMqQuestions extends Questions {
  private readonly here = new InProcessQuestions();
  private readonly asker = new Asker();
  private readonly answerer: Answerer;
  private readonly connection: ReconnectingConnection;

  constructor(private readonly options: RabbitMqQuestionsOptions) {
    super();
    const { url, log } = options;
    this.answerer = new Answerer(log);
    this.connection = new ReconnectingConnection({
      name: 'questions',
      url,
      log,
      begin: async (session) => {
        await this.asker.begin(session);
        await this.answerer.begin(session);
      },
      finish: () => this.answerer.stop(),
    });
  }

  register(answering: Answering): void {
    this.here.register(answering);
    const question = answering.question as unknown as Question;
    const reply = (asked: Buffer, withinMs: number) =>
      writeReply(async () => this.here.ask(question, readAsked(asked), { withinMs }));
    this.answerer.register(this.queueOf(question.name), reply);
  }

  async ask<Ask, Answer>(
    question: Question<Ask, Answer>,
    ask: Ask,
    { withinMs }: { withinMs: number },
  ): Promise<Answer> {
    if (this.here.knows(question.name)) return this.here.ask(question, ask, { withinMs });
    const asked = writeAsked(question.ask.parse(ask));
    try {
      return question.answer.parse(readReply(await this.asker.ask(this.queueOf(question.name), asked, withinMs)));
    } catch (error) {
      throw error instanceof DomainError ? error : unanswered(question.name, messageOf(error));
    }
  }

  /** @throws {Error} when the broker refuses the connection, or does not answer within half a minute. */
  override start(): Promise<void> {
    return this.connection.start();
  }

  override stop(): Promise<void> {
    return this.connection.stop();
  }

  private queueOf(question: string): string {
    const { prefix = 'thali' } = this.options;
    return `${prefix}.ask.${question}`;
  }
}
