import { Controller, Get, Res, type OnApplicationShutdown } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readiness, Vitals, type Health, type VitalSigns } from '../telemetry';

@Controller('health')
@ApiExcludeController()
export class HealthController implements OnApplicationShutdown {
  private readonly vitals = new Vitals();

  constructor(private readonly readiness: Readiness) {}

  /** The process runs: restart it only when this fails. It holds while databases are away. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The process can serve: send it traffic only while this is 200. What is wrong and does not keep it from serving is in the body. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await this.readiness.check();
    if (health.status === 'unavailable') void reply.status(503).header('retry-after', 1);
    return health;
  }

  /** Memory and event loop delay, to be watched over time. */
  @Get('vitals')
  signs(): VitalSigns {
    return this.vitals.read();
  }

  onApplicationShutdown(): void {
    this.vitals.stop();
  }
}
