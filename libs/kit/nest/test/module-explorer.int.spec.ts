import { Controller, Inject, Injectable, Module, Scope, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { Handles, messagingMigrations } from '@thali/kit/messaging';
import { Kit, MessagingStrategy } from '@thali/kit/nest';
import { aServer, type TestServer } from '@thali/kit/postgres/testing';
import { Posted, anApp } from './post-office';

let server: TestServer;
beforeEach(async () => (server = await aServer()));
afterEach(() => server.drop());

const imports = () => [Kit.forModule({ name: 'post', migrations: messagingMigrations })];

/** Why an application with this module does not start. */
async function refusal(module: Type): Promise<unknown> {
  const app = await anApp({ OFFICE_DATABASE_URL: server.url, OFFICE_TRANSPORT: 'rabbitmq' }, module);
  try {
    return await app
      .get(MessagingStrategy)
      .prepare()
      .catch((error: Error) => error.message);
  } finally {
    await app.close();
  }
}

describe('a message handler that would never be called, or without its guards, keeps the application from starting:', () => {
  it('one in a controller', async () => {
    @Controller()
    class PostController {
      @Handles(Posted, 'post.write-letter')
      async write(): Promise<void> {}
    }
    @Module({ imports: imports(), controllers: [PostController] })
    class PostModule {}
    expect(await refusal(PostModule)).toBe('PostController is a controller: a message handler has to be a provider');
  });

  it('one in a module without a database of its own', async () => {
    @Injectable()
    class PostRoom {
      @Handles(Posted, 'post.write-letter')
      async write(): Promise<void> {}
    }
    @Module({ providers: [PostRoom] })
    class Stray {}
    expect(await refusal(Stray)).toBe('PostRoom handles messages, but its module does not import Kit.forModule');
  });

  it('one with a guard of another scope than the singleton', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest implements CanActivate {
      constructor(@Inject('who') readonly who: string) {}
      canActivate(): boolean {
        return false;
      }
    }
    @Injectable()
    class PostRoom {
      @Handles(Posted, 'post.write-letter')
      @UseGuards(PerRequest)
      async write(): Promise<void> {}
    }
    @Module({ imports: imports(), providers: [PostRoom, { provide: 'who', useValue: 'Ann' }] })
    class PostModule {}
    expect(await refusal(PostModule)).toBe(
      'PostRoom handles messages: it, what it injects, and its guards have to be singletons',
    );
  });

  it('two modules of one name', async () => {
    @Module({ imports: [...imports(), ...imports()] })
    class PostModule {}
    await expect(anApp({ OFFICE_DATABASE_URL: server.url }, PostModule)).rejects.toThrow('two modules are named post');
  });
});
